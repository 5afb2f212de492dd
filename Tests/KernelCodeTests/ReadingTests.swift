import Testing

/// The listings of objdump and readelf mean what they say.
@Suite struct ReadingTests {
  /// Two objects, shortened: a kernel, and a specialised copy that is weak.
  static let listing = """

    Product.o:     file format elf64-x86-64

    SYMBOL TABLE:
    0000000000000000 l    d  .text	0000000000000000 .text
    0000000000000000 g     F .text	0000000000000013 product
    0000000000000000         *UND*	0000000000000000 memset

    Disassembly of section .text:

    0000000000000000 <product>:
       0:	48 89 e5             	mov    %rsp,%rbp
       3:	62 f2 7d 48 a8 84 8d d0 f4 ff ff 	vfmadd213ps -0xb30(%rbp,%rcx,4),%zmm0,%zmm0
       e:	0f 85 f1 ff ff ff    	jne    3 <product+0x3>

    Copy.o:     file format elf64-x86-64

    SYMBOL TABLE:
    0000000000000000  w    F .text	0000000000000003 .hidden copy
    0000000000000008  w    O .data	0000000000000008 .hidden datum

    Disassembly of section .text:

    0000000000000000 <copy>:
       0:	c5 f8 77             	vzeroupper
    """

  let code = Disassembly(listing: listing)

  @Test func routinesKnowWhereTheyAre() {
    #expect(code.routines.map(\.symbol) == ["product", "copy"])
    #expect(code.routines.map(\.object) == ["Product.o", "Copy.o"])
    #expect(code.routines.map(\.section) == [".text", ".text"])
    #expect(code.routines.map(\.instructions.count) == [3, 1])
  }

  @Test func instructionsAreTakenApart() {
    let instructions = code.routines[0].instructions
    #expect(instructions.map(\.address) == [0, 3, 14])
    #expect(instructions.map(\.isWide) == [false, true, false])
    #expect(instructions.map(\.isArithmetic) == [false, true, false])
    #expect(instructions.map(\.jumpTarget) == [nil, nil, 3])
    #expect(instructions[1].operands == ["-0xb30(%rbp,%rcx,4)", "%zmm0", "%zmm0"])
  }

  @Test func symbolsAreDefinitions() {
    #expect(code.symbols.map(\.name) == [".text", "product", "copy", "datum"])
    #expect(code.symbols.map(\.isWeak) == [false, false, true, true])
    #expect(code.symbols[1].addresses == 0..<19)
  }

  @Test func weakCodeIsSharedAndOtherCodeIsNot() throws {
    #expect(try code.sharedWideCode().map(\.function) == ["copy"])
    #expect(try code.wideCode().map(\.function) == ["product", "copy"])
  }

  @Test func codeInGroupsIsShared() throws {
    var code = code
    let groups = """
      File: Product.o

      COMDAT group section [    5] `.group' [product] contains 1 sections:
         [Index]    Name
         [    6]   .text
      """
    code.comdats = Section.comdats(listing: groups, object: "")
    #expect(code.comdats == [Section(object: "Product.o", name: ".text")])
    #expect(try code.sharedWideCode().map(\.function) == ["product", "copy"])
  }
}
