/* Carries only the flags of pkg-config: Swift cannot import the handles, which are macros. */
