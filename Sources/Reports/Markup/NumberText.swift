import Foundation

/// Numbers as people read them: full units, a narrow space before them, a true minus sign.
package enum NumberText {
  /// 0.9123 with one place as "91.2 %".
  package static func percent(_ fraction: Double, places: Int = 2) -> String {
    fixed(fraction * 100, places: places) + "\u{202F}%"
  }

  /// The difference of two fractions in percentage points, with its sign: "+0.42".
  package static func points(_ difference: Double, places: Int = 2) -> String {
    let text = fixed(abs(difference) * 100, places: places)
    if text == fixed(0, places: places) { return "±" + text }
    return (difference < 0 ? "\u{2212}" : "+") + text
  }

  /// 54259712 as "54.3 M": three or four digits that mean something.
  package static func count(_ number: Int) -> String {
    let value = Double(number)
    let (scaled, unit): (Double, String) =
      switch value {
      case 999_950_000...: (value / 1e9, "G")
      case 999_950...: (value / 1e6, "M")
      case 10_000...: (value / 1e3, "k")
      default: (value, "")
      }
    if unit.isEmpty { return grouped(number) }
    return fixed(scaled, places: scaled < 9.995 ? 2 : 1) + "\u{202F}" + unit
  }

  /// 54259712 as "54,259,712".
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(number))
    return digits.indices.reduce(into: "") { text, place in
      if place > 0, digits[place - 1] != "-", (digits.count - place) % 3 == 0 { text += "," }
      text.append(digits[place])
    }
  }

  /// 252 seconds as "4 min 12 s".
  package static func duration(_ seconds: Double) -> String {
    if seconds < 10 { return fixed(seconds, places: 1) + "\u{202F}s" }
    let whole = Int(seconds.rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    if hours > 0 { return "\(hours)\u{202F}h \(minutes)\u{202F}min" }
    return minutes > 0 ? "\(minutes)\u{202F}min \(rest)\u{202F}s" : "\(rest)\u{202F}s"
  }

  /// A number with a fixed number of decimal places, whatever the locale.
  package static func fixed(_ value: Double, places: Int) -> String {
    let text = String(format: "%.\(places)f", value)
    return text.replacing("-", with: "\u{2212}")
  }
}

extension NumberText {
  /// A coordinate of a drawing: at most one decimal place, with the minus sign that machines read.
  package static func coordinate(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    let sign = tenths < 0 ? "-" : ""
    let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
    return rest == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(rest)"
  }
}
