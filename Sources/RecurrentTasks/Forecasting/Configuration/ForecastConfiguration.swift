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

  // MARK: Preparation

  /// Whether the logarithm of the targets is modelled.
  public var logarithm = false
  /// How often neighbouring values are subtracted.
  public var difference = 0
  /// How often values a season apart are subtracted.
  public var seasonalDifference = 0
  /// How targets and covariates are scaled.
  public var scaler = ScalerChoice.standard
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
  /// How many steps ahead are forecast.
  public var horizon = 1
  /// How several steps ahead are forecast.
  public var strategy = ForecastStrategy.direct
  /// Which steps of a window are trained to forecast.
  public var labels = ForecastLabels.last
  /// The rows from one training window to the next.
  public var stride = 1
  /// Windows in a batch.
  public var batchSize = 32

  // MARK: Model

  /// The recurrent layers.
  public var architecture = RecurrentArchitecture()
  /// Whether a linear map leads from the features straight to the forecast.
  public var skip = true
  /// What is minimised.
  public var loss = ForecastLoss.meanSquaredError

  // MARK: Training and output

  /// How the model is trained.
  public var training: TrainingConfiguration = {
    var training = TrainingConfiguration()
    training.optimizer.learningRate = 0.003
    training.clipNorm = 1
    training.patience = 10
    return training
  }()
  /// Whether a picture of the forecast is drawn.
  public var plot = true

  /// Good settings for a table of one's own: windows, a linear skip, early stopping.
  public init() {}
}
