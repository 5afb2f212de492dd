import Foundation

/// 105640960 as "105,640,960".
func grouped(_ number: Int) -> String {
  let digits = String(abs(number))
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(",") }
    text.append(digit)
  }
  return number < 0 ? "-" + text : text
}

/// A number with a fixed count of decimals.
func fixed(_ number: Double, _ decimals: Int) -> String {
  String(format: "%.\(decimals)f", number)
}

/// A fraction as "91.2 %".
func percent(_ fraction: Double, _ decimals: Int = 1) -> String {
  fixed(100 * fraction, decimals) + " %"
}

/// Seconds as "1:02:03" or "4:05".
func clock(_ seconds: Double) -> String {
  let whole = Int(seconds.rounded())
  let (hours, minutes) = (whole / 3600, whole / 60 % 60)
  return hours > 0
    ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
    : String(format: "%d:%02d", minutes, whole % 60)
}

extension String {
  /// Filled up with spaces to a width.
  func padded(to width: Int, atStart: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - count))
    return atStart ? fill + self : self + fill
  }
}
