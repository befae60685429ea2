"""A small training of each task, stopped at each of its steps and gone on with."""
import shutil
import signal
from pathlib import Path

from .harness import STOPPED, Fault, Shim, Tally, newest_complete, not_measured, quick_folder
from .tiny import OPTIMIZERS, trainings, write_data

SIGNALS = [signal.SIGTERM, signal.SIGKILL, signal.SIGINT, signal.SIGUSR1]


def run(figures, is_long):
    """`resume_every_step`: steps after which a run was stopped and came to the same bytes, for each task and optimiser; and
    `resume_again`, the same with a stop after every step of one run."""
    words = ("steps after which a run was stopped (SIGTERM, SIGINT, SIGUSR1, kill -9 in turn) and went on, with one thread or two, to "
             "the same bytes")
    again = "runs that were stopped after every step and came to the same bytes"
    with quick_folder() as place:
        shim = Shim.compiled(place)
        if shim is None:
            not_measured(figures, "resume_every_step", words)
            return not_measured(figures, "resume_again", again)
        files = write_data(place)
        each, chain = Tally("resume_every_step"), Tally("resume_again")
        for number, optimizer in enumerate(OPTIMIZERS):
            tasks = trainings(files, optimizer)
            # In short runs each task has another optimiser.
            for training in tasks if is_long else tasks[number:number + 1]:
                steps = newest_complete(training.measure(place))
                folder = Path(place) / "trial"
                for step in range(1, steps + 1):
                    number = signal_at(step, steps)
                    problem = stop_at(training, shim, folder, step, number) or training.mend(folder, "--threads", 1 + step % 2)
                    each.add(f"{training.task}, {optimizer}, {number.name} at step {step} of {steps}", problem)
                    shutil.rmtree(folder)
                problems = [stop_at(training, shim, folder, step, signal_at(step, steps)) for step in range(1, steps + 1)]
                problem = next(filter(None, problems), None) or training.mend(folder)
                chain.add(f"{training.task}, {optimizer}", problem)
                shutil.rmtree(folder)
        tasks = f"{len(tasks)} tasks, {f'{len(OPTIMIZERS)} optimisers each' if is_long else 'an optimiser each'}"
        each.show(figures, f"{words}; {tasks}")
        chain.show(figures, f"{again}; {tasks}")


def signal_at(step, steps):
    """After the last step there is nothing to stop, but what comes after training may still be killed."""
    return signal.SIGKILL if step == steps else SIGNALS[step % len(SIGNALS)]


def stop_at(training, shim, folder, step, number, *extra):
    """Begins a run, or goes on, and ends it by a signal after exactly so many steps; what was wrong.

    A run that is killed must have saved that step; a run that is asked to stop does so after the step at hand, and saves it.
    """
    save = step if number == signal.SIGKILL else step - 1
    if save == newest_complete(folder):
        # The request is there before the first step.
        fault = Fault(f"signal {int(number)}", call="open", path=".lock")
    else:
        action = "kill-after" if number == signal.SIGKILL else f"signal {int(number)}"
        fault = Fault(action, call="rename", path=f"/step-{save:08}")
        extra = [*extra, "--set", f"checkpoint_steps={save}"]
    ended = training.run(folder, *extra, environment=shim.environment(fault))
    if ended.status != STOPPED[number]:
        return f"{number.name} was to end it with {STOPPED[number]}, and it {ended}"
    if newest_complete(folder) != step:
        return f"it was to be stopped after step {step} and has saved step {newest_complete(folder)}"
    return None
