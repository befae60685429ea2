"""Two hosts on one machine: network namespaces with a cable between them (link.c), in which Open MPI starts ranks."""
import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..figure import ROOT, last_json
from .launchers import ENVIRONMENT, TOOL

ADDRESSES = ["10.77.0.1", "10.77.0.2"]
NETWORK = "10.77.0.0/24"


class Hosts:
    """The two hosts, as long as the block lasts."""

    def __init__(self, folder, bits_per_second, delay_microseconds):
        self.folder = Path(folder)
        self.speed = bits_per_second
        self.delay = delay_microseconds
        self.names = [f"recurrent-{os.getpid()}-{letter}" for letter in "ab"]
        self.cable = None

    @staticmethod
    def are_possible():
        return (os.geteuid() == 0 and Path("/dev/net/tun").exists() and shutil.which("ip") is not None
                and shutil.which("mpirun.openmpi") is not None)

    def __enter__(self):
        program = self.folder / "link"
        subprocess.run(["cc", "-O2", "-pthread", "-o", program, Path(__file__).resolve().parent / "link.c"], check=True)
        for name in self.names:
            ip("netns", "add", name)
        try:
            self.cable = subprocess.Popen([program, *self.names, str(self.speed), str(self.delay)], stdin=subprocess.PIPE,
                                          stdout=subprocess.PIPE, text=True)
            if self.cable.stdout.readline().strip() != "ready":
                raise SystemExit("no cable can be made between namespaces")
            for name, address in zip(self.names, ADDRESSES):
                set_up_tcp(name)
                ip("-n", name, "addr", "add", f"{address}/24", "dev", "cable")
                ip("-n", name, "link", "set", "cable", "mtu", "9000", "txqueuelen", "5000", "up")
                ip("-n", name, "link", "set", "lo", "up")
            self.write_agent()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.cable:
            self.cable.stdin.close()
            self.cable.wait()
        for name in self.names:
            ip("netns", "delete", name)

    def write_agent(self):
        """Starts a command on the host with an address, as ssh would."""
        cases = " ".join(f"{address}) host={name};;" for address, name in zip(ADDRESSES, self.names))
        self.agent = self.folder / "agent.sh"
        self.agent.write_text(f'#!/bin/sh\ncase $1 in {cases} *) exit 1;; esac\nshift\nexec ip netns exec $host sh -c "$*"\n')
        self.agent.chmod(0o755)

    def train(self, arguments, path):
        """The report of a training with a rank on each host, which has one core for itself."""
        options = {"plm_rsh_agent": self.agent, "btl": "tcp,self", "btl_tcp_if_include": NETWORK, "oob_tcp_if_include": NETWORK}
        words = [word for option, value in options.items() for word in ("--mca", option, str(value))]
        command = ["ip", "netns", "exec", self.names[0], "mpirun.openmpi", "-np", "2", "--host", ",".join(ADDRESSES), *words, TOOL,
                   *map(str, arguments), "--threads", "1", "--output", path, "--quiet", "--json"]
        done = subprocess.run(command, cwd=ROOT, env=os.environ | ENVIRONMENT, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, check=False)
        if done.returncode != 0:
            raise SystemExit(f"a job on two hosts ended with {done.returncode}\n{done.stdout[-2000:]}")
        return last_json(done.stdout)

    def resent(self):
        """Segments that TCP has sent again so far: where there are any, times are those of waiting for them."""
        return sum(int(tcp_counters(name)["RetransSegs"]) for name in self.names)

    def round_trip(self):
        """Seconds of a byte there and back, the median of some."""
        answering = subprocess.Popen(["ip", "netns", "exec", self.names[1], sys.executable, "-c", ANSWER, ADDRESSES[1]],
                                     stdout=subprocess.PIPE, text=True)
        answering.stdout.readline()
        asked = subprocess.run(["ip", "netns", "exec", self.names[0], sys.executable, "-c", ASK, ADDRESSES[1]], check=True,
                               stdout=subprocess.PIPE, text=True)
        answering.wait()
        return float(asked.stdout)


ANSWER = """
import socket, sys
listener = socket.create_server((sys.argv[1], 5000))
print("ready", flush=True)
peer = listener.accept()[0]
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
while byte := peer.recv(1):
    peer.sendall(byte)
"""
ASK = """
import socket, statistics, sys, time
peer = socket.create_connection((sys.argv[1], 5000))
peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
times = []
for _ in range(30):
    start = time.perf_counter()
    peer.sendall(b"?")
    peer.recv(1)
    times.append(time.perf_counter() - start)
print(statistics.median(times))
"""


def set_up_tcp(name):
    """TCP as clusters have it: no probing that lets the cable lie idle (BBR), no beginning again after every pause between steps."""
    for setting in ["tcp_congestion_control=reno", "tcp_slow_start_after_idle=0", "tcp_no_metrics_save=1"]:
        subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", f"net.ipv4.{setting}"], check=True)


def tcp_counters(name):
    lines = subprocess.run(["ip", "netns", "exec", name, "cat", "/proc/net/snmp"], check=True, stdout=subprocess.PIPE, text=True).stdout
    names, values = [line.split() for line in lines.splitlines() if line.startswith("Tcp:")]
    return dict(zip(names, values))


def ip(*words):
    subprocess.run(["ip", *words], check=True)
