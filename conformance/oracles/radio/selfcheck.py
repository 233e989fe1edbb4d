#!/usr/bin/env -S /usr/bin/python3 -B
"""Are the recordings what they say? Known vectors for the bits, figures of the signal, and every recording demodulated with NumPy.

usage: selfcheck.py FOLDER      (recordings made by recordings.py; without FOLDER only vectors and figures)

A demodulated recording must have the symbol errors that theory gives for its Es/N0, Q(sqrt(2 Es/N0)) with 75 % of the power in the data, and the offset that
its JSON states. Samples that are means over their time cost something: a transition within a sample (1.5 of them a symbol, anywhere) leaves a third of that
sample's energy on average, so S samples a symbol have 1 - 1/S of the energy: 0.28 dB at 16. The demodulator itself may lose 0.3 dB more.
Exit code 0: all as it should be.
"""
import json
import math
import sys
from pathlib import Path

import numpy

import demodulate
import prox
import recordings
import waveform

FAILED = []
# What the fault itself costs, with the demodulator's own 0.3.
LOSS_DB = {"clipped": 3.0, "line": 1.5}


def check(what, fine, figures=""):
    print(f"{'ok  ' if fine else 'FAIL'} {what}{': ' if figures else ''}{figures}")
    if not fine:
        FAILED.append(what)


def vectors():
    """Values of public vectors (standards/211.2, standards/test-vectors) that other programs have found too."""
    for octets, value in [("", 0), ("313233343536373839", 0x51693C0C), ("12345678", 0x34D74CB3), ("01020304", 0x55B8622D), ("FFFFFFFF", 0x71800472),
                          ("DEADBEEF", 0x4440D14C), ("8000000400", 0xBCC004E7), ("8000000500AA", 0x85C4556E)]:
        check(f"CRC-32 of {octets or 'nothing'}", prox.crc32(bytes.fromhex(octets)) == value)
    for octets, symbols in [("00", "5555"), ("01", "5556"), ("80", "BA49"), ("A53C", "B480E3BC"), ("4343534453", "6E9F232F20935319AA23"),
                            ("FAF320", "8C22D10EA614"), ("352EF853", "5820900E66ECC123")]:
        check(f"convolutional code of {octets}", numpy.packbits(prox.convolutional(prox.bits_of(bytes.fromhex(octets)))).tobytes().hex().upper() == symbols)
    frame = prox.user_frame(bytes.fromhex("0801C000000041"), 0xC7, expedited=0, construction=0, scid=0x2AA, channel=1, port=5, destination=0)
    check("U-frame PLTU", prox.pltu(frame).hex().upper() == "FAF32082AAD00BC70801C00000004134F3E33D")
    frame = prox.header(2, 0, proximity=1, construction=0, scid=0x123, port=0) + bytes.fromhex("8000")
    check("P-frame PLTU", prox.pltu(frame).hex().upper() == "FAF320B1230806008000D8A3C0FE")
    check("PN sequence", numpy.packbits(prox.pn_sequence(192)).tobytes().hex().upper() == "FF399E5A68E906F56C892FA1315E08C052A8BBAE4EC2C7ED")
    parity = numpy.packbits(prox.Ldpc().parity(prox.bits_of(bytes(range(128))))).tobytes().hex().upper()
    check("LDPC parity", parity.startswith("EEA9AAAF98D916CE6C2B282D1A5B944CA4F1B3D31AEC585AB3E6A4C40DFB4F4D") and parity.endswith("B3B647CEC40FA58EB8BD4CC5CF"))


def figures():
    """Power split and spectrum of a clean signal with random symbols: 25 % in the carrier, Bi-Phase-L has a null at the carrier and at twice the rate."""
    rate, per_symbol = 1_000.0, 16
    symbols = numpy.random.default_rng(7).integers(0, 2, 4000).astype(numpy.uint8)
    signal = waveform.Signal(symbols, rate, rate * per_symbol, carrier_from_s=0.0, symbols_from_s=0.0, start_phase=0.0)
    samples = waveform.clean(signal, 0, symbols.size * per_symbol)
    carrier = numpy.abs(samples.mean()) ** 2
    check("carrier's part of the power is 1/4", abs(carrier - 0.25) < 1e-3, f"{carrier:.4f}")
    whole = numpy.mean(numpy.abs(samples) ** 2)
    check("the whole power is 1", abs(whole - 1) < 1e-3, f"{whole:.4f}")
    first = samples.reshape(-1, per_symbol)[:, :per_symbol // 2].imag.mean(axis=1)
    check("a 1 advances the phase in the first half", bool(numpy.all((first > 0) == (symbols == 1))))
    data = samples.imag.reshape(-1, 50 * per_symbol)
    spectrum = numpy.mean(numpy.abs(numpy.fft.fft(data, axis=1)) ** 2, axis=0) / data.shape[1]
    def density(hz):  # mean over 3 bins of 20 Hz
        return spectrum[[round(hz / 20) + step for step in (-1, 0, 1)]].mean()
    peak = density(0.742 * rate)
    for hz, name in [(20.0, "at the carrier"), (2 * rate, "at twice the rate")]:
        check(f"spectrum's null {name}", density(hz) < 10 ** -2.2 * peak, f"{10 * math.log10(density(hz) / peak):.1f} dB")
    # Bi-Phase-L: A^2 T sin^4(pi f T / 2) / (pi f T / 2)^2, A^2 = 3/4; in units of a sample T is 16.
    for part in (0.4, 0.742, 1.2):
        x = math.pi * part / 2
        theory = 0.75 * per_symbol * math.sin(x) ** 4 / x ** 2
        check(f"spectrum at {part} of the rate", abs(10 * math.log10(density(part * rate) / theory)) < 0.8, f"{10 * math.log10(density(part * rate) / theory):+.2f} dB")
    noisy = waveform.Signal(symbols[:4], 8.0, 64_000.0, carrier_from_s=9.0, symbols_from_s=1.0, cn0_dbhz=50.0)
    power = numpy.mean(numpy.abs(numpy.concatenate(list(waveform.blocks(noisy)))) ** 2) / noisy.scale() ** 2
    check("noise power is sample rate over C/N0", abs(power / 0.64 - 1) < 0.02, f"{power:.4f}")


def demodulated(folder, name):
    """Symbol errors of one recording against theory, and its carrier against the JSON."""
    recording, signal, sent, _ = recordings.build(name)
    told = json.loads((folder / f"{name}.expected.json").read_text())
    samples = waveform.samples((folder / f"{name}.sigmf-data").read_bytes(), recording.datatype)
    samples = samples - samples.mean()
    line = [(point["t_s"], point["offset_hz"]) for point in told["carrier"]]
    near = lambda t: numpy.interp(t, *zip(*line))
    on = samples[:int((signal.duration_s - signal.after_s - 0.02) * recording.sample_rate)]
    still, times, offset = demodulate.derotated(on, recording.sample_rate, signal.symbol_rate, near)
    inside = (times > 0.5) & (times < signal.duration_s - 0.5)
    for begin, end, _ in signal.fades:
        inside &= (times < begin - 0.1) | (times > end + 0.1)
    wrong = numpy.mean(offset[inside] - near(times[inside]))
    check(f"{name}: offset", abs(wrong) < 0.5, f"{wrong:+.3f} Hz")
    soft = demodulate.soft_symbols(-still.imag if signal.swap else still.imag, recording.sample_rate, signal.symbol_rate, signal.symbols_from_s + 0.05)
    until = int((signal.fades[0][0] - signal.symbols_from_s - 0.2) * signal.symbol_rate) if signal.fades else soft.size - 64
    hard = (soft[:until] > 0).astype(numpy.uint8)
    guess = round((0.05 * signal.symbol_rate))
    errors = min(numpy.mean(hard[:signal.symbols.size - at] != signal.symbols[at:at + hard.size]) for at in range(guess - 8, guess + 9))
    es_n0 = 10 ** (signal.cn0_dbhz / 10) * 0.75 / signal.symbol_rate * (1 - signal.symbol_rate / signal.sample_rate)
    theory, worst = (0.5 * math.erfc(math.sqrt(es_n0 * 10 ** (-loss / 10))) for loss in (0.0, LOSS_DB.get(name, 0.3)))
    spread = 4 * math.sqrt(theory / hard.size) + 2 / hard.size
    check(f"{name}: symbol errors", theory - spread <= errors <= worst + spread, f"{errors:.2e}, theory {theory:.2e}, {hard.size} symbols")
    if recording.coding == "uncoded":
        frames = demodulate.plt_units(hard)
        good = [frame for _, frame in sent if frame is not None]
        check(f"{name}: frames", frames == good, f"{len(frames)} of {len(good)}")


def main():
    vectors()
    figures()
    if len(sys.argv) > 1:
        folder = Path(sys.argv[1])
        for name, recording in recordings.RECORDINGS.items():
            if not recording.silent:
                demodulated(folder, name)
    print(f"selfcheck: {len(FAILED)} failed" if FAILED else "selfcheck: all ok")
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
