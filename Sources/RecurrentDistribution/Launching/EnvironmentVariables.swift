/// The variables of the environment by which users steer how ranks work together.
public enum DistributionVariables {
  /// The MPI library to open, where the right one is not found by its name.
  public static let library = "RECURRENT_MPI_LIBRARY"
  /// Seconds after which a rank that shows no sign of life ends the job.
  public static let timeout = "RECURRENT_RANK_TIMEOUT"
}
