"""The two jobs that every program is given: constant rates, and a pattern that is active 1 % of the time."""

import dataclasses

STOP_S = 15.0
MEAN_HZ, STDEV_HZ = 20.0, 2.0
# One burst in each cycle of 10 s; 50 spikes a node.
LONG_STOP_S, LONG_ON_S, LONG_OFF_S, BURST_HZ = 100.0, 0.1, 9.9, 50.0

BASELINE = """stimgen: 1
name: baseline
seeds: {{network: 1, spikes: 2}}
time: {{start: 0 s, stop: {stop_s} s}}
networks: {{populations: {{baseline: {{nodes: {nodes}}}}}}}
backgrounds: {{baseline: {{population: baseline, rate: {{mean: 20 Hz, stdev: 2 Hz}}}}}}
output: {{directory: {folder}, compression: {compression}, sort: {order}}}
"""
LONG = """stimgen: 1
name: long
seeds: {{network: 1, spikes: 2}}
time: {{start: 0 s, stop: {stop_s} s}}
networks: {{populations: {{long: {{nodes: {nodes}}}}}}}
assemblies: {{all: {{population: long, method: random, count: 1}}}}
patterns:
  long: {{type: long, assemblies: all, on_time: 0.1 s, off_time: 9.9 s, rates: {{burst: 50 Hz}}}}
output: {{directory: {folder}, compression: {compression}, sort: {order}}}
"""


@dataclasses.dataclass(frozen=True)
class Job:
    """One population, named like the job."""

    name: str
    title: str
    stop_s: float
    spikes_per_node: float
    recipe_form: str

    def nodes(self, spikes):
        return max(1, round(spikes / self.spikes_per_node))

    def recipe(self, nodes, folder, compression, order="by_id"):
        return self.recipe_form.format(stop_s=int(self.stop_s), nodes=nodes, folder=folder, compression=compression,
                                       order=order)


BASELINE_JOB = Job("baseline", "constant rates of 20 ± 2 Hz for 15 s", STOP_S, MEAN_HZ * STOP_S, BASELINE)
LONG_JOB = Job("long", "50 Hz for 1 % of 100 s", LONG_STOP_S,
               BURST_HZ * LONG_STOP_S * LONG_ON_S / (LONG_ON_S + LONG_OFF_S), LONG)
JOBS = {job.name: job for job in (BASELINE_JOB, LONG_JOB)}


def baseline_rates_hz(nodes):
    import numpy as np

    sigma2 = np.log(1 + (STDEV_HZ / MEAN_HZ) ** 2)
    return np.random.default_rng(1).lognormal(np.log(MEAN_HZ) - sigma2 / 2, np.sqrt(sigma2), nodes)
