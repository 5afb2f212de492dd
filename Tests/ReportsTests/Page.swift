import Foundation
import Reports
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A report read back by a strict parser: its elements in order, with the text inside each.
final class Page: NSObject, XMLParserDelegate {
  struct Element {
    let name: String
    let attributes: [String: String]
    var text = ""

    func has(_ style: String) -> Bool {
      (attributes["class"] ?? "").split(separator: " ").contains { $0 == style }
    }

    func number(_ attribute: String) -> Double { Double(attributes[attribute] ?? "") ?? .nan }
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// Reads a report; fails the test if it is not well-formed.
  init(_ report: ReportContents) throws {
    super.init()
    let parser = XMLParser(data: Data(report.html().utf8))
    parser.delegate = self
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    open.append(elements.count)
    elements.append(Element(name: name, attributes: attributes))
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    open.removeLast()
  }

  /// Elements of a name, or with a class.
  func all(_ name: String, style: String? = nil) -> [Element] {
    elements.filter { $0.name == name && (style.map($0.has) ?? true) }
  }

  /// The text of the only element with this name and class.
  func text(_ name: String, style: String? = nil) throws -> String {
    let found = all(name, style: style)
    try #require(found.count == 1, "\(found.count) × \(name).\(style ?? "")")
    return found[0].text
  }
}
