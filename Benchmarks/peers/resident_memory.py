"""The most memory of this process that was in the machine, counted as `recurrent bench --steps` counts it."""


class Peak:
    """Begins the peak anew, and remembers what was resident then."""

    def __init__(self):
        try:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")  # resets the peak (proc(5))
        except OSError:
            pass  # the peak is then that of the whole process, no less than the true one
        self.before = self._kilobytes("VmRSS")

    def megabytes_beyond(self, known_bytes):
        peak = self._kilobytes("VmHWM")
        if peak is None or self.before is None:
            return None
        return round(((peak - self.before) * 1024 - known_bytes) / 1e6, 2)

    @staticmethod
    def _kilobytes(name):
        try:
            with open("/proc/self/status") as file:
                return next((int(line.split()[1]) for line in file if line.startswith(name + ":")), None)
        except OSError:
            return None
