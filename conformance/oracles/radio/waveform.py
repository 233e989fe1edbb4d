"""Symbols on a carrier, and what befalls it on the way: the independent modulator, written from the facts about 211.1-B-4.

PCM/Bi-Phase-L/PM: a symbol 1 advances the carrier's phase by the index (60 deg) in its first half and delays it in its second, a 0 the other way round;
before the first symbol the carrier stands alone. Samples are made in blocks. A sample is the mean of the envelope over its time, exactly
(the phase is piecewise constant). Total power is 1 before `level` scales it, so the variance of the noise is sample rate / (C/N0).

A positive frequency turns I to Q. Everything about frequency is a polynomial of time: `offset_hz + rate_hz_s t` for Doppler, plus the two oscillators.
"""
from dataclasses import dataclass, field

import numpy

BLOCK = 1 << 17


@dataclass
class Signal:
    """What the transmitter sends, and how it arrives. Times in seconds from the first sample."""
    symbols: numpy.ndarray
    symbol_rate: float
    sample_rate: float
    carrier_from_s: float = 0.2
    """The carrier comes on."""
    symbols_from_s: float = 1.5
    """The first symbol begins."""
    after_s: float = 0.2
    """Nothing but noise after the last symbol."""
    index_rad: float = numpy.pi / 3
    carrier_hz: float = 401.585625e6
    """What turns parts of a million into Hz, and Doppler into a stretched symbol clock."""
    doppler_hz: float = 0.0
    doppler_rate_hz_s: float = 0.0
    transmitter_ppm: float = 0.0
    """Its oscillator: the carrier and the symbol clock."""
    receiver_ppm: float = 0.0
    """The local oscillator mixes with too much: what is received seems lower."""
    sample_clock_ppm: float = 0.0
    """The samples come faster than they say."""
    cn0_dbhz: float = 60.0
    fades: list = field(default_factory=list)
    """(from_s, to_s, depth_db)"""
    lines: list = field(default_factory=list)
    """(offset_hz, level in dB over the signal's total power)"""
    dc: complex = 0.0
    """In parts of full scale, as it comes from the receiver's mixer."""
    swap: bool = False
    """I and Q changed over, behind everything else."""
    level: float = 0.2
    """Root mean square of I and Q together, signal and noise, in parts of full scale."""
    start_phase: float = 1.0
    seed: int = 1

    @property
    def duration_s(self):
        return self.symbols_from_s + self.symbols.size / self.symbol_rate / (1 - 1e-4) + self.after_s

    @property
    def sample_count(self):
        return int(self.duration_s * self.sample_rate)

    def seconds(self, sample):
        """True time of a sample's beginning."""
        return numpy.asarray(sample) / (self.sample_rate * (1 + 1e-6 * self.sample_clock_ppm))

    def received_hz(self, t):
        """The carrier above the recording's centre at true time t."""
        return self.doppler_hz + self.doppler_rate_hz_s * t + 1e-6 * (self.transmitter_ppm - self.receiver_ppm) * self.carrier_hz

    def cycles(self, t):
        return (self.received_hz(0.0) + 0.5 * self.doppler_rate_hz_s * t) * t

    def sent_s(self, t):
        """Time in the transmitter's own clock of what is received at t: the clock runs fast by its own error and by Doppler."""
        doppler = (self.doppler_hz + 0.5 * self.doppler_rate_hz_s * t) * t / self.carrier_hz
        return t * (1 + 1e-6 * self.transmitter_ppm) + doppler

    def sample_of_symbol(self, number):
        """Where (in samples) a symbol begins, as received."""
        wanted = self.symbols_from_s + numpy.asarray(number, float) / self.symbol_rate
        t = wanted.copy()
        for _ in range(6):  # sent_s is t within parts of ten thousand
            t += wanted - self.sent_s(t)
        return t * self.sample_rate * (1 + 1e-6 * self.sample_clock_ppm)

    def observed_hz(self, sample):
        """What a receiver that believes its sample rate measures of the carrier."""
        hz = self.received_hz(self.seconds(sample)) / (1 + 1e-6 * self.sample_clock_ppm)
        return -hz if self.swap else hz

    def scale(self):
        """From power 1 to full scale 1."""
        lines = sum(10 ** (db / 10) for _, db in self.lines)
        return self.level / numpy.sqrt(1 + lines + self.noise_power())

    def noise_power(self):
        return self.sample_rate / 10 ** (self.cn0_dbhz / 10)


def clean(signal, first, count):
    """Samples without noise and faults, of power 1."""
    edges = signal.seconds(first + numpy.arange(count + 1))
    sent = signal.sent_s(edges)
    # The halves that this block touches, one more on either side; outside of the symbols the phase is 0.
    half = 0.5 / signal.symbol_rate
    begin = int(numpy.floor((sent[0] - signal.symbols_from_s) / half)) - 1
    end = int(numpy.ceil((sent[-1] - signal.symbols_from_s) / half)) + 1
    numbers = numpy.arange(begin, end)
    within = (numbers >= 0) & (numbers < 2 * signal.symbols.size)
    which = numpy.clip(numbers, 0, 2 * signal.symbols.size - 1)
    pulses = (2.0 * signal.symbols[which // 2] - 1.0) * (1 - 2 * (which % 2))
    phase = numpy.where(within, signal.index_rad * pulses, 0.0)
    over = (sent[0] - signal.symbols_from_s) - begin * half
    position = over + (sent - sent[0])  # from the first knot
    knots = half * numpy.arange(numbers.size + 1)
    def mean(values):
        total = numpy.concatenate([[0.0], numpy.cumsum(values * half)])
        return numpy.diff(numpy.interp(position, knots, total)) / numpy.diff(position)
    envelope = mean(numpy.cos(phase)) + 1j * mean(numpy.sin(phase))
    last = signal.symbols_from_s + signal.symbols.size / signal.symbol_rate
    envelope *= (sent[:-1] >= signal.carrier_from_s) & (sent[:-1] < last)
    middle = 0.5 * (edges[:-1] + edges[1:])
    for begin_s, end_s, depth_db in signal.fades:
        envelope[(middle >= begin_s) & (middle < end_s)] *= 10 ** (-depth_db / 20)
    return envelope * numpy.exp(1j * (signal.start_phase + 2 * numpy.pi * signal.cycles(middle)))


def blocks(signal):
    """The recording, block for block, full scale 1."""
    random = numpy.random.default_rng(signal.seed)
    deviation, scale = numpy.sqrt(signal.noise_power() / 2), signal.scale()
    for first in range(0, signal.sample_count, BLOCK):
        count = min(BLOCK, signal.sample_count - first)
        block = clean(signal, first, count)
        t = signal.seconds(first + 0.5 + numpy.arange(count))
        for hz, db in signal.lines:
            block += 10 ** (db / 20) * numpy.exp(2j * numpy.pi * hz * t)
        noise = deviation * random.standard_normal((count, 2))
        block = (block + noise[:, 0] + 1j * noise[:, 1]) * scale + signal.dc
        yield block.imag + 1j * block.real if signal.swap else block


def quantised(block, datatype):
    """Octets of one block in a SigMF datatype; what is over full scale is clipped."""
    pairs = numpy.column_stack([block.real, block.imag])
    if datatype == "cf32_le":
        return numpy.clip(pairs, -1.0, 1.0).astype("<f4").tobytes()
    if datatype == "ci16_le":
        return numpy.clip(numpy.round(pairs * 32767), -32768, 32767).astype("<i2").tobytes()
    if datatype == "ci8":
        return numpy.clip(numpy.round(pairs * 127), -128, 127).astype(numpy.int8).tobytes()
    assert datatype == "cu8"
    return numpy.clip(numpy.round(pairs * 127.5 + 127.5), 0, 255).astype(numpy.uint8).tobytes()


def samples(octets, datatype):
    """The way back: complex samples, full scale 1."""
    kind, zero, full = {"cf32_le": ("<f4", 0, 1), "ci16_le": ("<i2", 0, 32768), "ci8": ("i1", 0, 128), "cu8": ("u1", 127.5, 127.5)}[datatype]
    pairs = (numpy.frombuffer(octets, kind).astype(float) - zero) / full
    return pairs[0::2] + 1j * pairs[1::2]
