import Engine
import Randomness
import Testing

@Suite struct MemoryPlanTests {
  /// Hundreds of random reservations and releases: places that live at once never overlap.
  @Test(arguments: 0..<8) func livePlacesNeverOverlap(seed: Int) {
    var stream = RandomStream(seed: 6, purpose: .testing, step: seed)
    var plan = MemoryPlan()
    var live: [MemoryPlan.Place] = []
    for _ in 0..<400 {
      if stream.integer(below: 5) < 3 || live.isEmpty {
        let count = stream.integer(below: 200)
        let place = plan.reserve(count)
        #expect(place.count >= count && place.start % 16 == 0)
        #expect(place.start + place.count <= plan.size)
        for other in live {
          let apart =
            other.start + other.count <= place.start || place.start + place.count <= other.start
          #expect(apart, "\(place) overlaps \(other)")
        }
        live.append(place)
      } else {
        plan.release(live.remove(at: stream.integer(below: live.count)))
      }
    }
  }

  /// Released neighbours become one range again, in whatever order they are released.
  @Test func releasedSpaceIsReusedWhole() {
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    for order in orders {
      var plan = MemoryPlan()
      let places = (0..<3).map { _ in plan.reserve(100) }
      let size = plan.size
      for index in order { plan.release(places[index]) }
      let whole = plan.reserve(size)
      #expect(whole.start == 0)
      #expect(plan.size == size, "released in the order \(order)")
    }
  }

  @Test func firstFitTakesTheLowestPlace() {
    var plan = MemoryPlan()
    let places = (0..<5).map { _ in plan.reserve(32) }
    let size = plan.size
    plan.release(places[3])
    plan.release(places[1])
    #expect(plan.reserve(32) == places[1])
    #expect(plan.reserve(16).start == places[3].start)
    #expect(plan.size == size)
  }

  /// A free end grows instead of being left behind.
  @Test func lastFreeRangeGrows() {
    var plan = MemoryPlan()
    _ = plan.reserve(64)
    let last = plan.reserve(64)
    plan.release(last)
    #expect(plan.reserve(128).start == last.start)
    #expect(plan.size == 192)
  }

  @Test func equalCallsGiveEqualPlaces() {
    func places() -> [MemoryPlan.Place] {
      var plan = MemoryPlan()
      let first = plan.reserve(10)
      let second = plan.reserve(300)
      plan.release(first)
      return [first, second, plan.reserve(0), plan.reserve(40)]
    }
    #expect(places() == places())
  }
}
