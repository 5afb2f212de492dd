import Glibc

/// libm's logarithm and cosine, kept behind two names so that nothing else here imports the C library.
func logarithm(_ x: Double) -> Double { log(x) }
func cosine(_ x: Double) -> Double { cos(x) }
