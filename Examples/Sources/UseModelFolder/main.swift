import Recurrent

let forecaster = try Forecaster(modelFolder: CommandLine.arguments[1])
let history = try forecaster.readSeries()
let forecast = try forecaster.forecast(history, horizon: 12)
print(forecaster.csv(history, forecast), terminator: "")
