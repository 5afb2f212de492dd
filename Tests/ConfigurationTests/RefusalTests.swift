import Configuration
import Testing

/// A configuration that must be refused, as a mistake in a file whose other keys are fine.
struct Refusal: CustomTestStringConvertible, Sendable {
  let text: String
  let sentence: String
  var testDescription: String { sentence }

  init(_ text: String, _ sentence: String) {
    self.text = text
    self.sentence = sentence
  }
}

@Suite struct RefusalTests {
  static let names = [
    Refusal(
      "search:\n  generations: 3\n  populaton: 40\n",
      "run.yaml:5: unknown key 'populaton' in 'search'; did you mean 'population'?"),
    Refusal(
      "serach:\n  population: 40\n",
      "run.yaml:3: unknown key 'serach' at the top level; did you mean 'search'?"),
    Refusal(
      "supernet:\n  optimizer:\n    learningRate: 1\n",
      "run.yaml:5: unknown key 'learningRate' in 'supernet.optimizer'; "
        + "did you mean 'learning_rate'?"),
    Refusal(
      "search: {budget: {maxs: 50%}}\n",
      "run.yaml:3: unknown key 'maxs' in 'search.budget'; did you mean 'macs'?"),
    Refusal(
      "search: {budget: {amcs: 50%}}\n",
      "run.yaml:3: unknown key 'amcs' in 'search.budget'; did you mean 'macs'?"),
    Refusal(
      "space:\n  groups:\n    a.b:\n      bin: 3\n",
      "run.yaml:6: unknown key 'bin' in 'space.groups.a.b'; did you mean 'bins'?"),
    Refusal(
      "space: {groups: {a: 3}}",
      "run.yaml:3: space.groups.a must be a section of keys, but it is '3'"),
    Refusal(
      "population: 40\n",
      "run.yaml:3: unknown key 'population' at the top level; did you mean 'search.population'?"),
    Refusal(
      "milestones: [3]\n",
      "run.yaml:3: unknown key 'milestones' at the top level; did you mean "
        + "'supernet.schedule.milestones' or 'retrain.schedule.milestones'?"),
    Refusal(
      "checkpoint:\n  frequency: 3\n",
      "run.yaml:4: unknown key 'frequency' in 'checkpoint'; the keys there are every, keep"),
    Refusal(
      "log:\n  every: 3\n  every: 4\n",
      "run.yaml:4: 'every' is given more than once in one section; keep one"),
    Refusal(
      "? [a]\n: 3\n", "run.yaml:3: a key must be a plain word, not a list or a section"),
  ]

  static let types = [
    Refusal(
      "search:\n  # how many\n  population: many\n",
      "run.yaml:5: search.population must be a whole number from 2 to 1000000, but it is 'many'"),
    Refusal(
      "search: {population: 4.5}",
      "run.yaml:3: search.population must be a whole number from 2 to 1000000, but it is '4.5'"),
    Refusal(
      "search: {population: '40'}",
      "run.yaml:3: search.population must be a whole number from 2 to 1000000, "
        + "but it is the text '40'"),
    Refusal(
      "search: {population: 040}",
      "run.yaml:3: search.population must be a whole number from 2 to 1000000, but it is '040'"),
    Refusal(
      "search: {population: }",
      "run.yaml:3: search.population must be a whole number from 2 to 1000000, but it is nothing"),
    Refusal(
      "search: {population: [40]}",
      "run.yaml:3: search.population must be a whole number from 2 to 1000000, but it is a list"),
    Refusal("search: 40", "run.yaml:3: search must be a section of keys, but it is '40'"),
    Refusal("search: [40]", "run.yaml:3: search must be a section of keys, but it is a list"),
    Refusal(
      "log: {every: {steps: 3}}",
      "run.yaml:3: log.every must be a whole number from 1 to 1000000000, but it is a section"),
    Refusal(
      "supernet: {optimizer: {momentum: nan}}",
      "run.yaml:3: supernet.optimizer.momentum must be a number from 0 to below 1, "
        + "but it is 'nan'"),
    Refusal(
      "supernet: {optimizer: {momentum: 0x1p-1}}",
      "run.yaml:3: supernet.optimizer.momentum must be a number from 0 to below 1, "
        + "but it is '0x1p-1'"),
    Refusal(
      "supernet: {optimizer: {nesterov: yes}}",
      "run.yaml:3: supernet.optimizer.nesterov must be true or false, but it is 'yes'"),
    Refusal(
      "supernet: {optimizer: {nesterov: ture}}",
      "run.yaml:3: supernet.optimizer.nesterov must be true or false, but it is 'ture'; "
        + "did you mean 'true'?"),
    Refusal(
      "supernet: {schedule: {kind: cosin}}",
      "run.yaml:3: supernet.schedule.kind must be one of cosine, step, linear, "
        + "but it is 'cosin'; did you mean 'cosine'?"),
    Refusal(
      "network: {name: no}",
      "run.yaml:3: network.name must be one of cbm-mobilenet, cbm-resnet, vgg-small, resnet20, "
        + "resnet50, mobilenet-v2, but it is 'no'"),
    Refusal(
      "retrain: {also: [base, unifrom]}",
      "run.yaml:3: retrain.also must be a list of base, uniform without repetition, "
        + "but it holds 'unifrom'; did you mean 'uniform'?"),
    Refusal(
      "retrain: {also: base}",
      "run.yaml:3: retrain.also must be a list of base, uniform without repetition, "
        + "but it is 'base'"),
    Refusal(
      "search: {budget: {lowest: 0.8}}",
      "run.yaml:3: search.budget.lowest must be a percentage such as 80% from 0% to 100%, "
        + "but it is '0.8'"),
    Refusal(
      "search: {budget: {macs: 0.5}}",
      "run.yaml:3: search.budget.macs must be a part of the full network such as 50%, or a number "
        + "such as 105M or 105640960, above 0 and at most 100%, but it is '0.5'"),
    Refusal(
      "checkpoint: {every: 200}",
      "run.yaml:3: checkpoint.every must be a number and a unit, st (steps), ep (epochs), s, min "
        + "or h, such as 200st or 10min, but it is '200'"),
    Refusal(
      "log: every: 3",
      "run.yaml:3: this is not valid YAML: mapping values are not allowed in this context"),
    Refusal(
      "--- a",
      "run.yaml:3: this is not valid YAML: expected a single document in the stream, "
        + "but found another document"),
    Refusal("log: *none", "run.yaml:3: this is not valid YAML: found undefined alias"),
    Refusal("log: {every: \u{1}}", "run.yaml: this is not valid YAML text"),
    Refusal(
      "log: {every: 3\n", "run.yaml:4: this is not valid YAML: did not find expected ',' or '}'"),
  ]

  static let ranges = [
    Refusal(
      "space: {bins: 1}",
      "run.yaml:3: space.bins must be a whole number from 2 to 256, but it is 1"),
    Refusal(
      "supernet: {optimizer: {learning_rate: 0}}",
      "run.yaml:3: supernet.optimizer.learning_rate must be a number above 0 and at most 1000, "
        + "but it is 0"),
    Refusal(
      "supernet: {label_smoothing: 1}",
      "run.yaml:3: supernet.label_smoothing must be a number from 0 to below 1, but it is 1"),
    Refusal(
      "checkpoint: {every: 0s}",
      "run.yaml:3: checkpoint.every must be a number and a unit, st (steps), ep (epochs), s, min "
        + "or h, such as 200st or 10min, but it is '0s'"),
    Refusal(
      "search: {budget: {macs: 120%}}",
      "run.yaml:3: search.budget.macs must be a part of the full network such as 50%, or a number "
        + "such as 105M or 105640960, above 0 and at most 100%, but it is 120%"),
    Refusal(
      "search: {budget: {macs: 0}}",
      "run.yaml:3: search.budget.macs must be a part of the full network such as 50%, or a number "
        + "such as 105M or 105640960, above 0 and at most 100%, but it is 0"),
    Refusal(
      "search: {budget: {parameters: 101%}}",
      "run.yaml:3: search.budget.parameters must be a part of the full network such as 50%, or a "
        + "number such as 105M or 105640960, above 0 and at most 100%, but it is 101%"),
    Refusal(
      "supernet: {records: {part: 0%}}",
      "run.yaml:3: supernet.records.part must be a percentage such as 80% above 0% and at most "
        + "100%, but it is 0%"),
    Refusal(
      "retrain: {also: [base, base]}",
      "run.yaml:3: retrain.also must be a list of base, uniform without repetition, "
        + "but it is [base, base]"),
  ]

  static let contradictions = [
    Refusal(
      "cluster: {shards: 3}",
      "run.yaml:3: supernet.batch (128) must be a multiple of cluster.shards (3), "
        + "so that all shards are equal"),
    Refusal(
      "retrain:\n  batch: 130",
      "run.yaml:4: retrain.batch (130) must be a multiple of cluster.shards (4), "
        + "so that all shards are equal"),
    Refusal(
      "space: {bins: 4, lowest: 5}",
      "run.yaml:3: space.lowest (5) must be at most space.bins (4)"),
    Refusal(
      "space: {cut: by-cost, bins: 8}", "run.yaml:3: space.bins is only for cut equal"),
    Refusal(
      "space: {least_channels: 8}", "run.yaml:3: space.least_channels is only for cut by-cost"),
    Refusal(
      "space: {cut: by-cost, least_channels: 65}",
      "run.yaml:3: space.least_channels (65) must be at most space.most_channels (64)"),
    Refusal(
      "space:\n  groups:\n    a: {bins: 8}\n    b.c:\n      highest: 5",
      "run.yaml:7: space.groups.b.c.highest (5) must be at most the 4 bins of the group"),
    Refusal(
      "space:\n  lowest: 3\n  groups:\n    a:\n      highest: 2",
      "run.yaml:7: space.groups.a would take at least 3 bins and at most 2; the least must not be "
        + "more than the most"),
    Refusal(
      "space: {cut: by-cost, groups: {a: {lowest: 3, highest: 2}}}",
      "run.yaml:3: space.groups.a would take at least 3 bins and at most 2; the least must not be "
        + "more than the most"),
    Refusal(
      "supernet: {sampler: attentive, networks: 2}",
      "run.yaml:3: supernet.networks (2) must be at least 3 for the sampler attentive: the widest, "
        + "the narrowest and one that is chosen"),
    Refusal(
      "supernet: {sampler: marginals, networks: 2}",
      "run.yaml:3: supernet.networks (2) must be at least 3 for the sampler marginals: the widest, "
        + "the narrowest and one that is chosen"),
    Refusal(
      "supernet: {sampler: marginals, records: {part: 10%}}",
      "run.yaml:3: supernet.records.part (10%) must be at least 75% for the sampler marginals, which "
        + "draws by the losses after a quarter of the steps"),
    Refusal(
      "supernet: {sampler: sandwich, networks: 2}\nsearch: {newcomers: prior}",
      "run.yaml:3: supernet.networks (2) leaves no random network whose losses could be recorded, "
        + "which search.newcomers: prior and search.terms: losses need; give at least 3"),
    Refusal(
      "supernet: {full_network_every: 1}",
      "run.yaml:3: supernet.full_network_every (1) would train nothing but the full network; give "
        + "0 or at least 2"),
    Refusal(
      "supernet: {sampler: uniform, networks: 3}",
      "run.yaml:3: supernet.networks is only for samplers sandwich, attentive and marginals"),
    Refusal(
      "supernet: {sharing: bcnet, networks: 3}",
      "run.yaml:3: supernet.networks is only for samplers sandwich, attentive and marginals"),
    Refusal(
      "supernet: {variant: reference-code}",
      "run.yaml:3: supernet.variant is only for sampler complementary"),
    Refusal(
      "search: {variant: reference-code}",
      "run.yaml:3: search.variant is only for method evolution with newcomers prior"
    ),
    Refusal(
      "search: {variant: recommended}",
      "run.yaml:3: search.variant is only for method evolution with newcomers prior"),
    Refusal(
      "search: {method: nsga2, variant: recommended}",
      "run.yaml:3: search.variant is only for method evolution with newcomers prior"),
    Refusal(
      "search: {newcomers: random, variant: recommended}",
      "run.yaml:3: search.variant is only for method evolution with newcomers prior"),
    Refusal(
      "search:\n  method: predictor\n  population: 3\n  explored: 4",
      "run.yaml:6: search.explored (4) must be at most search.population (3)"),
    Refusal(
      "search: {method: nsga2, newcomers: prior}",
      "run.yaml:3: search.newcomers is only for method evolution"),
    Refusal(
      "search:\n  population: 20\n  top: 30",
      "run.yaml:5: search.top (30) must be at most search.population (20)"),
    Refusal(
      "search:\n  population: 20\n  crossovers: 11",
      "run.yaml:5: search.mutations (10) and search.crossovers (11) must together be at most "
        + "search.population (20)"),
    Refusal(
      "calibration: {images: 1000}",
      "run.yaml:3: calibration.images (1000) must be a multiple of calibration.batch (128), "
        + "so that every batch weighs the same"),
    Refusal(
      "supernet: {epochs: 2, schedule: {warmup_epochs: 2}}",
      "run.yaml:3: supernet.schedule.warmup_epochs (2) must be less than supernet.epochs (2)"),
    Refusal(
      "supernet: {epochs: 2, small_images: {epochs: 2}}",
      "run.yaml:3: supernet.small_images.epochs (2) must be less than supernet.epochs (2), so that "
        + "training ends with whole images"),
    Refusal(
      "supernet:\n  sampler: attentive\n  attentive: {judge: predictor, warmup_epochs: 2}\n  small_images: {epochs: 2}",
      "run.yaml:6: supernet.small_images.epochs (2) must be below supernet.attentive.warmup_epochs "
        + "(2), so that the predictor's scores are of weights that know whole images"),
    Refusal(
      "supernet: {optimizer: {clip_value: 1e-9}}",
      "run.yaml:3: supernet.optimizer.clip_value must be a number that is 0 or from 0.000001 to "
        + "1000000, but it is 1e-09"),
    Refusal(
      "retrain: {small_images: {epochs: 2, factor: 3}}",
      "run.yaml:3: retrain.small_images.factor (3) must divide the height and the width of "
        + "data.image, which are 32 and 32"),
    Refusal(
      "supernet: {small_images: {factor: 4}}",
      "run.yaml:3: supernet.small_images.factor is only for epochs above 0"),
    Refusal(
      "retrain: {schedule: {kind: step, milestones: [4, 2]}}",
      "run.yaml:3: retrain.schedule.milestones must ascend, after the warm-up (0 epochs) and "
        + "before the end (10 epochs), but they are [4, 2]"),
    Refusal(
      "retrain: {schedule: {kind: step, milestones: [4, 10]}}",
      "run.yaml:3: retrain.schedule.milestones must ascend, after the warm-up (0 epochs) and "
        + "before the end (10 epochs), but they are [4, 10]"),
    Refusal(
      "retrain: {schedule: {kind: step}}",
      "run.yaml:3: retrain.schedule.milestones is required, for example [2, 4]"),
    Refusal(
      "retrain: {schedule: {kind: cosine, milestones: [4]}}",
      "run.yaml:3: retrain.schedule.milestones is only for kind step"),
    Refusal(
      "retrain: {schedule: {final_learning_rate: 0.2}}",
      "run.yaml:3: retrain.schedule.final_learning_rate (0.2) must be at most "
        + "retrain.optimizer.learning_rate (0.1)"),
    Refusal(
      "retrain: {optimizer: {nesterov: true, momentum: 0}}",
      "run.yaml:3: retrain.optimizer.nesterov needs a momentum above 0"),
  ]

  @Test(arguments: names + types + ranges + contradictions)
  func refuses(_ refused: Refusal) {
    #expect(refusal(Example.jpeg + refused.text) == refused.sentence)
  }

  /// These concern the sections every other case needs.
  static let whole = [
    Refusal("", "run.yaml: run.name is required, for example first-run"),
    Refusal("run:\n", "run.yaml:1: run.name is required, for example first-run"),
    Refusal("40", "run.yaml: a configuration must be a section of keys, but it is '40'"),
    Refusal(
      "run: {name: ../a}",
      "run.yaml:1: run.name must be text of letters, digits, '.', '_' and '-' that starts with "
        + "a letter or a digit, but it is ../a"),
    Refusal(
      "run: {name: a, seed: -1}",
      "run.yaml:1: run.seed must be a whole number from 0 to 18446744073709551615, but it is '-1'"),
    Refusal("run: {name: a}", "run.yaml: data.path is required, for example ~/datasets/flowers"),
    Refusal(
      "run: {name: a}\ndata: {path: ''}",
      "run.yaml:2: data.path must be text that names a folder, but it is \"\""),
    Refusal(
      "run: {name: a}\ndata:\n  path: $IMAGES/train",
      "run.yaml:3: data.path needs the environment variable IMAGES, which is not set or empty"),
    Refusal(
      "run: {name: a}\ndata:\n  path: a\n  classes: 3",
      "run.yaml:4: data.classes is only for format synthetic"),
    Refusal(
      "run: {name: a}\ndata:\n  format: synthetic\n  path: a",
      "run.yaml:4: data.path is only for formats idx and jpeg"),
    Refusal(
      "run: {name: a}\ndata:\n  format: synthetic\n  held_out: 10000",
      "run.yaml:4: data.held_out (10000) must leave some of data.count.train (10000) to train on"),
    Refusal(
      "run: {name: a}\ndata:\n  path: a\n  image: {channels: 2}",
      "run.yaml:4: data.image.channels must be a whole number that is 1 (grey) or 3 (colour), "
        + "but it is 2"),
    Refusal(
      "run: {name: a}\ndata:\n  path: a\n  mean: [0.5]",
      "run.yaml:4: data.mean must hold one number for each of the 3 channels, but it holds 1"),
    Refusal(
      "run: {name: a}\ndata:\n  path: a\n  deviation: [0.5, 0, 0.5]",
      "run.yaml:4: data.deviation must be a list of numbers, each above 0 and at most 1, "
        + "but it is [0.5, 0, 0.5]"),
    Refusal(
      "run: {name: a}\ndata: {path: a, held_out: 0}",
      "run.yaml:2: data.held_out must be a whole number from 1 to 1000000000, but it is 0"),
  ]

  @Test(arguments: whole)
  func refusesAsAWhole(_ refused: Refusal) {
    #expect(refusal(refused.text) == refused.sentence)
  }

  @Test func aRefusalEndsTheProcessWithStatus2() {
    #expect(throws: ConfigurationError.self) { try parsed("") }
    do { _ = try RunConfiguration.parse(text: "") } catch { #expect(error.exitCode == 2) }
  }
}
