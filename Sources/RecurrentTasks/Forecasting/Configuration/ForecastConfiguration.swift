public import RecurrentTraining

/// Everything that can be set about training a forecaster. Each setting exists once, here.
public struct ForecastConfiguration: TaskConfiguration {
  // MARK: Data

  /// The table: a path, plain or gzip-compressed, or a built-in data set.
  public var data = "builtin:airline"
  /// The columns to forecast; empty finds the only candidate.
  public var target: [String] = []
  /// The time columns; `auto` finds them, an empty list numbers the rows.
  public var time = ["auto"]
  /// What came after the rows of the table: the test part.
  public var testData: String?
  /// How the table holds series; nil finds it.
  public var layout: TableLayout?
  /// The column that tells several series apart.
  public var series: String?
  /// Columns known up to the present only.
  public var pastCovariates: [String] = []
  /// Columns known for the time to be forecast as well.
  public var futureCovariates: [String] = []
  /// Covariates that hold one of a few texts.
  public var categories: [String] = []
  /// The step between times, for example `hourly`; nil finds it.
  public var frequency: String?
  /// The steps after which patterns repeat; nil takes that of the frequency.
  public var season: Int?
  /// What is done where a number or a row is missing.
  public var missing = MissingRule.error
  /// What is done where several rows have one time.
  public var repeatedTimes = RepeatedTimes.error
  /// The cycles of the calendar that the model is shown.
  public var calendar: [CalendarChoice] = []

  // MARK: Preparation

  /// Whether the logarithm of the targets is modelled.
  public var logarithm = false
  /// How often neighbouring values are subtracted.
  public var difference = 0
  /// How often values a season apart are subtracted.
  public var seasonalDifference = 0
  /// How targets and covariates are scaled.
  public var scaler = ScalerChoice.standard
  /// What the scaler `instance` adds to the deviation of a window.
  public var instanceOffset = 0.1
  /// The rows that scalers are fitted on.
  public var fitScalerOn = ScalerFit.train
  /// The training part; nil takes what is left.
  public var train: String?
  /// The validation part; nil for none.
  public var validation: String? = "0.1"
  /// The test part; nil for none.
  public var test: String? = "0.2"

  // MARK: Task

  /// How the past reaches the recurrent layers.
  public var arrangement = ForecastArrangement.windows
  /// How many past values each forecast sees.
  public var lookBack = 24
  /// Rows before the one to forecast whose targets are features as well.
  public var lags: [Int] = []
  /// How many values make one step of the network.
  public var valuesPerStep = 1
  /// Whether each variable is a series of its own, all through the same network.
  public var shareVariables = false
  /// How many steps ahead are forecast.
  public var horizon = 1
  /// How several steps ahead are forecast.
  public var strategy = ForecastStrategy.direct
  /// Which steps of a window are trained to forecast.
  public var labels = ForecastLabels.last
  /// The rows from one training window to the next.
  public var stride = 1
  /// How many windows of each series an epoch draws; nil takes all.
  public var windowsPerSeries: Int?
  /// Windows in a batch.
  public var batchSize = 32

  // MARK: Model

  /// The recurrent layers.
  public var architecture = RecurrentArchitecture()
  /// How many networks are trained side by side; the forecast is the mean of theirs.
  public var members = 1
  /// How much of the look-back these networks see, in turn; empty: all see all of it.
  public var memberLookBacks: [Int] = []
  /// Whether a linear map leads from the features straight to the forecast.
  public var skip = true
  /// Whether a linear map leads from all targets of the window straight to the forecast.
  public var windowSkip = false
  /// The seasons whose last values a forecast is added to; of several the network learns a mix.
  public var baseLags: [Int] = []
  /// How many numbers stand for each series, so that the network knows them apart; nil for none.
  public var seriesEmbedding: Int?
  /// What is said about each value to come.
  public var outputDistribution = OutputDistribution.point
  /// The levels of quantiles.
  public var quantiles = [0.1, 0.25, 0.5, 0.75, 0.9]
  /// What is minimised for forecasts of one number.
  public var loss = ForecastLoss.meanSquaredError
  /// What the error in the loss is measured in.
  public var lossUnit = LossUnit.scaled

  // MARK: Training and output

  /// How the model is trained.
  public var training: TrainingConfiguration = {
    var training = TrainingConfiguration()
    training.optimizer.learningRate = 0.003
    training.clipNorm = 1
    training.patience = 10
    return training
  }()
  /// The percentages of what is to come that intervals are to hold.
  public var levels: [Double] = []
  /// What intervals are made from.
  public var intervals = IntervalSource.automatic
  /// How many paths are drawn where intervals cannot be computed.
  public var samples = 100
  /// Whether a picture of the forecast is drawn.
  public var plot = true

  /// Good settings for a table of one's own: windows, a linear skip, early stopping.
  public init() {}
}
