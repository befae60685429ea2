@_exported public import RecurrentTensor
@_exported public import RecurrentFormats
@_exported public import RecurrentLayers
@_exported public import RecurrentDistribution
@_exported public import RecurrentTraining
@_exported public import RecurrentTasks
