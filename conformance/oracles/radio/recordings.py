#!/usr/bin/env -S /usr/bin/python3 -B
"""Makes recordings of Proximity-1 signals that a receiver must understand, without any code of Magpie. Nothing but NumPy is needed.

usage: recordings.py FOLDER [NAME]...     (all of them unless some are named; --list prints the names)

For each: NAME.sigmf-meta and NAME.sigmf-data, and NAME.expected.json with what is in it: `frames` (hexadecimal, when they are on the air, and whether a
receiver must find them), `least_percent` (of the required frames must come), `sample_rate`, `symbol_rate`, `coding`, `inverted` (I and Q are changed
over), `carrier` (offset over time, as a receiver sees it), `offset_within_hz`, `cn0_dbhz`, `cn0_within_db`, `damaged` (PLTUs sent with a wrong CRC), `told` (options that tell
the receiver rate and coding). Seeded: the same octets every time.
"""
import argparse
import json
import sys
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy

import prox
import waveform

CENTRE_HZ = 401_585_625.0
# K = 7, rate 1/2 with soft decisions has a bit-error rate of 1e-5 at this Eb/N0.
CONVOLUTIONAL_DB = 4.2
# A receiver may need so long to be on its feet again after a fade.
BACK_S = 0.7


def cn0(eb_n0_db, bit_rate):
    """C/N0 in dBHz: the data have 75 % of the power."""
    return eb_n0_db + 10 * numpy.log10(bit_rate / 0.75)


@dataclass
class Recording:
    """One recording: what is sent, at which rates, what befalls it."""
    about: str
    coding: str
    symbol_rate: int
    sample_rate: int
    eb_n0_db: float
    datatype: str = "ci16_le"
    data_s: float = 4.0
    lengths: tuple = (1, 250)
    """Octets in a data field."""
    way: dict = field(default_factory=dict)
    """Fields of `waveform.Signal`."""
    clock_ppm: float = 0.0
    """The symbol clock alone."""
    proximity: bool = False
    """P-frames with PLCWs and status reports instead of user data."""
    ready_s: float = 0.0
    """From here on frames must be found and the offset is judged: a stronger line is the first that a receiver tries."""
    damaged: int = 0
    least_percent: int = 100
    offset_within_hz: float = 2.0
    cn0_within_db: float = 1.5
    silent: bool = False
    """Nothing but noise."""

    @property
    def bit_rate(self):
        return self.symbol_rate * {"uncoded": 1.0, "conv": 0.5, "ldpc": 1024 / 2112}[self.coding]


RECORDINGS = {
    "clean": Recording("8 kbit/s, convolutional, 10 dB of margin; one PLTU has a wrong CRC", "conv", 16_000, 256_000, CONVOLUTIONAL_DB + 10, "cf32_le",
                       way={"doppler_hz": 3_210.0}, damaged=1),
    "weak": Recording("8 kbit/s, convolutional, at the edge of the code, far from the centre", "conv", 16_000, 256_000, 4.0, lengths=(1, 100), data_s=6.0,
                      way={"doppler_hz": -17_300.0}, least_percent=90, offset_within_hz=4.0),
    "ramp": Recording("Doppler of 200 Hz/s from -9.5 kHz on", "conv", 8_000, 128_000, 9.0, data_s=8.0,
                      way={"doppler_hz": -9_500.0, "doppler_rate_hz_s": 200.0}, offset_within_hz=4.0),
    "fade": Recording("40 dB down for 2 s", "conv", 16_000, 256_000, 9.0, data_s=7.0, lengths=(1, 120),
                      way={"doppler_hz": 1_234.0, "doppler_rate_hz_s": -20.0, "fades": [(4.0, 6.0, 40.0)]}),
    "swapped": Recording("I and Q changed over", "conv", 16_000, 256_000, 10.0, way={"doppler_hz": 5_000.0, "swap": True}),
    "dc": Recording("direct current as strong as the signal with its noise, 8 bit unsigned", "conv", 16_000, 256_000, 10.0, "cu8", data_s=6.0, ready_s=4.0, cn0_within_db=4.0,
                    way={"doppler_hz": -2_500.0, "dc": 0.18 - 0.09j}),
    "slow": Recording("1 ksym/s, uncoded", "uncoded", 1_000, 64_000, 13.0, data_s=8.0, lengths=(1, 40), way={"doppler_hz": 777.0}),
    "fast": Recording("128 kbit/s, convolutional, 8 samples a symbol", "conv", 256_000, 2_048_000, 8.0, "ci8", data_s=2.2, lengths=(50, 2043),
                      way={"doppler_hz": 8_888.0, "symbols_from_s": 1.2}),
    "line": Recording("a line 6 dB over all of the signal, 29 kHz beside its carrier", "conv", 16_000, 256_000, 12.0, data_s=6.0, ready_s=4.0,
                      way={"doppler_hz": -9_000.0, "lines": [(20_000.0, 6.0)]}, cn0_within_db=4.0),
    "ldpc": Recording("LDPC (2048,1024) at an Eb/N0 of 3 dB", "ldpc", 16_000, 256_000, 3.0, way={"doppler_hz": 6_400.0}, offset_within_hz=4.0),
    "hail": Recording("8 ksym/s, uncoded, P-frames; both oscillators and the sample clock are off", "uncoded", 8_000, 128_000, 13.0, lengths=(2, 13), proximity=True,
                      way={"doppler_hz": 400.0, "transmitter_ppm": 9.0, "receiver_ppm": -4.0, "sample_clock_ppm": 20.0}),
    "clipped": Recording("8 bit, twice as large as full scale", "conv", 16_000, 256_000, 10.0, "ci8", way={"doppler_hz": -600.0, "level": 2.0}, cn0_within_db=4.0),
    "clock": Recording("symbols 0.08 % too fast", "conv", 8_000, 128_000, 9.0, clock_ppm=800.0, way={"doppler_hz": 12_000.0}),
    "noise": Recording("nothing but noise", "uncoded", 8_000, 128_000, -60.0, way={"symbols_from_s": 5.0}, silent=True),
}


def units(recording, random):
    """PLTUs that fill the time: their octets, and the frame or None if the CRC was damaged."""
    made, bits, number = [], 0, 0
    wanted = recording.data_s * recording.bit_rate - 3 * 0.1 * recording.bit_rate
    while bits < wanted:
        length = int(random.integers(recording.lengths[0], recording.lengths[1] + 1))
        if recording.proximity:
            frame = proximity_frame(length, number, random)
        else:
            data = bytearray(random.bytes(length))
            if number % 5 == 2 and length >= 12:
                data[4:7] = prox.MARKER  # a marker within a frame is data
            frame = prox.user_frame(data, number % 256)
        octets = bytearray(prox.pltu(frame))
        bad = number in range(3, 3 + recording.damaged)
        if bad:
            octets[-1] ^= 0x10
        made.append((bytes(octets), None if bad else frame))
        bits, number = bits + 8 * len(octets) + 100, number + 1
    return made


def proximity_frame(length, number, random):
    """A P-frame: a PLCW, or a variable SPDU of type 3 (status report, free format)."""
    if number % 3 == 0:
        data = (0x8000 | int(random.integers(0, 8)) << 8 | number % 256).to_bytes(2, "big")
    else:
        data = bytes([0x20 | length]) + random.bytes(length)
    return prox.header(len(data), number % 256, proximity=1, construction=0, port=0) + data


def build(name):
    """The signal, the PLTUs, and when (in seconds of the recording) each is on the air."""
    recording = RECORDINGS[name]
    seed = zlib.crc32(name.encode())
    random = numpy.random.default_rng(seed)
    sent = [] if recording.silent else units(recording, random)
    idle = 32 * int(0.5 * recording.bit_rate / 32), int(0.2 * recording.bit_rate)
    bits, spans = prox.stream([octets for octets, _ in sent], random, *idle)
    symbols, at = prox.encode(bits, recording.coding)
    signal = waveform.Signal(symbols, recording.symbol_rate * (1 + 1e-6 * recording.clock_ppm), recording.sample_rate, carrier_hz=CENTRE_HZ,
                             cn0_dbhz=cn0(recording.eb_n0_db, recording.bit_rate), seed=seed + 1, **recording.way)
    times = [tuple(float(signal.sample_of_symbol(at[bit])) / recording.sample_rate for bit in span) for span in spans]
    return recording, signal, sent, times


def expected(name, recording, signal, sent, times):
    frames = []
    for (_, frame), (from_s, to_s) in zip(sent, times):
        if frame is not None:
            faded = any(from_s < end + BACK_S and to_s > begin - 0.05 for begin, end, _ in signal.fades)
            frames.append({"hex": frame.hex(), "from_s": round(from_s, 6), "to_s": round(to_s, 6), "required": not faded and from_s >= recording.ready_s})
    span = [] if recording.silent else numpy.arange(max(0.5, recording.ready_s), signal.duration_s - signal.after_s, 0.25)
    return {
        "name": name, "about": recording.about, "sample_rate": recording.sample_rate, "symbol_rate": recording.symbol_rate, "coding": recording.coding,
        "inverted": signal.swap, "cn0_dbhz": round(float(signal.cn0_dbhz), 3), "damaged": recording.damaged, "least_percent": recording.least_percent,
        "offset_within_hz": recording.offset_within_hz, "cn0_within_db": recording.cn0_within_db, "silent": recording.silent, "fades": [[begin, end] for begin, end, _ in signal.fades],
        "told": ["--rate", str(recording.symbol_rate), "--coding", recording.coding],
        "carrier": [{"t_s": float(t), "offset_hz": round(float(signal.observed_hz(t * recording.sample_rate)), 4)} for t in span],
        "frames": frames,
    }


def write(folder, name):
    recording, signal, sent, times = build(name)
    with open(folder / f"{name}.sigmf-data", "wb") as data:
        for block in waveform.blocks(signal):
            data.write(waveform.quantised(block, recording.datatype))
    meta = {
        "global": {"core:datatype": recording.datatype, "core:sample_rate": recording.sample_rate, "core:version": "1.0.0", "core:description": recording.about},
        "captures": [{"core:sample_start": 0, "core:frequency": CENTRE_HZ}],
        "annotations": [],
    }
    (folder / f"{name}.sigmf-meta").write_text(json.dumps(meta, indent=1))
    (folder / f"{name}.expected.json").write_text(json.dumps(expected(name, recording, signal, sent, times), indent=1))
    return signal, sent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    told = parser.parse_args()
    if told.list or told.folder is None:
        for name, recording in RECORDINGS.items():
            print(f"{name:8} {recording.about}")
        return 0
    strange = [name for name in told.names if name not in RECORDINGS]
    if strange:
        sys.exit(f"recordings: there is no {strange[0]}, see --list")
    told.folder.mkdir(parents=True, exist_ok=True)
    for name in told.names or RECORDINGS:
        signal, sent = write(told.folder, name)
        size = (told.folder / f"{name}.sigmf-data").stat().st_size
        print(f"{name:8} {signal.duration_s:5.1f} s  {signal.cn0_dbhz:5.1f} dBHz  {len(sent):4} PLTUs  {size / 1e6:5.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
