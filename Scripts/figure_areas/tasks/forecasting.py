"""Figures of forecasting: ETTh1 a day ahead, M4 hourly two days ahead, the airline passengers a month ahead; and that the simple
forecasts on these files are as wrong as others measured (data README), so that the errors are the same measures."""
from .runs import data_folder, mean_of, train, train_seeds

SEEDS = [0, 1, 2]
AIRLINE_SEEDS = [0, 1, 2, 3, 4]

# Simple forecasts as the data README gives them: baseline, metric, value, and how far the last digit leaves it open.
ETT_BASELINES = [("naive", "mse_standardized", 1.222, 5e-4), ("naive", "mae_standardized", 0.671, 5e-4),
                 ("seasonal_naive", "mse_standardized", 0.424, 5e-4), ("seasonal_naive", "mae_standardized", 0.389, 5e-4)]
M4_BASELINES = [("naive", "smape", 43.003, 5e-4), ("naive", "mase", 11.608, 5e-4),
                ("seasonal_naive", "smape", 13.912, 5e-4), ("seasonal_naive", "mase", 1.193, 5e-4)]
AIRLINE_BASELINES = [("naive", "rmse", 48.04, 5e-3), ("seasonal_naive", "rmse", 41.85, 5e-3),
                     ("seasonal_drift", "rmse", 15.62, 5e-3)]


def add_baselines(figures, name, results, expected):
    """The largest difference from the known errors of simple forecasts, in units of what their last digit leaves open."""
    if results is None:
        figures.at_most(name, None, "half units of the last digit", 1)
        return
    known = results[0]["baselines"]
    worst = max(abs(known[baseline][metric] - value) / half for baseline, metric, value, half in expected)
    figures.at_most(name, round(worst, 2), f"half units of the last digit, worst of {len(expected)} errors", 1)


def spread(results, metric):
    values = [result["metrics"]["test"][metric] for result in results]
    seconds = sum(result["seconds"] for result in results) / len(results)
    return f"mean of {len(values)} seeds ({min(values):.4g} to {max(values):.4g}), {seconds:.0f} s each"


def add(figures, name, results, metric, unit, bar, digits=4):
    if results is None:
        figures.at_most(name, None, unit, bar)
    else:
        figures.at_most(name, round(mean_of(results, metric), digits), f"{unit}, {spread(results, metric)}", bar)


def run(figures, is_long):
    """The airline passengers always; ETTh1 and M4 take minutes."""
    airline = train_seeds("forecast", AIRLINE_SEEDS, "--preset", "airline-48", "--no-plot")
    add(figures, "airline_48", airline, "rmse", "RMSE, thousands", 13.5, 2)
    add_baselines(figures, "airline_48_baselines", airline, AIRLINE_BASELINES)
    ett = m4 = None
    folder = data_folder("ett")
    if is_long and folder:
        ett = train_seeds("forecast", SEEDS, "--preset", "etth1-24", "--data", folder / "ETTh1.csv.gz", "--no-plot")
    add(figures, "etth1_24_mse", ett, "mse_standardized", "MSE of standardised values", 0.313)
    add(figures, "etth1_24_mae", ett, "mae_standardized", "MAE of standardised values", 0.360)
    add_baselines(figures, "etth1_24_baselines", ett, ETT_BASELINES)
    folder = data_folder("m4-hourly")
    if is_long and folder:
        m4 = train_seeds("forecast", SEEDS, "--preset", "m4-hourly", "--data", folder / "Hourly-train.csv.gz", "--test-data",
                         folder / "Hourly-test.csv", "--no-plot")
    add(figures, "m4_hourly_smape", m4, "smape", "sMAPE, %", 9.7, 3)
    add(figures, "m4_hourly_mase", m4, "mase", "MASE", 0.80, 4)
    add_baselines(figures, "m4_hourly_baselines", m4, M4_BASELINES)
    if is_long:
        add_intervals(figures)


def add_intervals(figures):
    """How much of the test part conformal intervals of PJM's load hold, though they know nothing of its distribution."""
    folder = data_folder("pjm-east-load")
    if not folder:
        figures.within("conformal_coverage", None, "% of the test part in 80 % intervals", 72, 88)
        return
    result = train("forecast", "--data", folder / "PJME_hourly_2012_2018.csv.gz", "--target", "PJME_MW", "--missing", "interpolate",
                   "--repeated-times", "mean", "--calendar", "auto", "--validation", "2016-01-01", "--test", "2017-01-01",
                   "--horizon", "24", "--look-back", "168", "--values-per-step", "24", "--base-lags", "24,168", "--set",
                   "skip=false", "--set", "stride=6", "--epochs", "3", "--levels", "80", "--no-plot", "--seed", "0")
    test = result["metrics"]["test"]
    figures.within("conformal_coverage", round(test["coverage_80"], 1),
                   f"% of the test part in 80 % intervals, {test['width_80']:.0f} MW wide", 72, 88)
