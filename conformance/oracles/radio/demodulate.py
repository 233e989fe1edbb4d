"""A small demodulator in NumPy that shows that the recordings are what they say. It is told where the carrier is about; it is no receiver.

    symbols = soft_symbols(samples, sample_rate, symbol_rate, from_s=1.6, near=lambda t: 3210.0)
    frames = plt_units((symbols > 0).astype(numpy.uint8))
"""
import numpy

import prox

NEAR_HZ = 300.0


def carrier(samples, sample_rate, near):
    """The strongest line within 300 Hz of where it is said to be, every tenth of a second: times and frequencies, refined between the bins."""
    length = int(0.1 * sample_rate)
    window = numpy.hanning(length)
    hz = numpy.fft.fftfreq(4 * length, 1 / sample_rate)
    times, found = [], []
    for first in range(0, samples.size - length, length):
        middle = (first + length / 2) / sample_rate
        power = numpy.abs(numpy.fft.fft(samples[first:first + length] * window, 4 * length)) ** 2
        power[numpy.abs(hz - near(middle)) > NEAR_HZ] = 0.0
        times.append(middle)
        found.append(hz[numpy.argmax(power)])
    return numpy.array(times), numpy.array(found)


def derotated(samples, sample_rate, symbol_rate, near):
    """Samples with the carrier turned onto the real axis: quadratic fit of its frequency, then the phase of means over some milliseconds."""
    times, found = carrier(samples, sample_rate, near)
    fit = numpy.polyfit(times, found, 2)
    t = numpy.arange(samples.size) / sample_rate
    still = samples * numpy.exp(-2j * numpy.pi * numpy.polyval(numpy.polyint(fit), t))
    length = int(sample_rate * max(0.005, 10 / symbol_rate))
    usable = still[:still.size // length * length].reshape(-1, length).mean(axis=1)
    phase = numpy.unwrap(numpy.angle(usable))
    middles = (numpy.arange(usable.size) + 0.5) * length / sample_rate
    offset = (numpy.gradient(phase, middles) / (2 * numpy.pi)) + numpy.polyval(fit, middles)
    return still * numpy.exp(-1j * numpy.interp(t, middles, phase)), middles, offset


def soft_symbols(arm, sample_rate, symbol_rate, from_s, count=64):
    """Bi-Phase-L symbols of the quadrature arm from a time on: first half less second half; the clock follows in steps of `count` symbols."""
    total = numpy.concatenate([[0.0], numpy.cumsum(arm)])
    period = sample_rate / symbol_rate

    def until(at):
        whole = at.astype(int)
        return total[whole] + (at - whole) * arm[whole]

    def integrals(start, which):
        begin = start + period * which
        begin, middle, end = (until(begin + part * period) for part in (0.0, 0.5, 1.0))
        return 2 * middle - begin - end

    first = numpy.arange(512)
    start = from_s * sample_rate
    contrast = [numpy.abs(integrals(start + period * phase / 64, first)).sum() for phase in range(64)]
    # Half a symbol beside the right phase an integral is lost wherever two symbols in a row are alike: the right one has the most.
    start += period * int(numpy.argmax(contrast)) / 64
    symbols, drift = [], 0.0
    which = numpy.arange(count)
    while start + (count + 2) * period < arm.size:
        block = integrals(start, which)
        symbols.append(block)
        late, early = (numpy.abs(integrals(start + step * period, which)).sum() for step in (0.125, -0.125))
        error = (late - early) / numpy.abs(block).sum()
        drift += 0.01 * error
        start += period * (count + 0.15 * error + drift)
    return numpy.concatenate(symbols)


def plt_units(bits):
    """Frames of PLTUs in hard bits, those with a right CRC; Version 3 only."""
    sign = 1 - 2 * bits.astype(int)
    marker = 1 - 2 * prox.bits_of(prox.MARKER).astype(int)
    frames, free_from = [], 0
    for at in numpy.flatnonzero(numpy.correlate(sign, marker) == marker.size):
        head = numpy.packbits(bits[at + 24:at + 64]).tobytes()
        if at < free_from or len(head) < 5 or head[0] >> 6 != 0b10:
            continue
        length = (int.from_bytes(head[2:4], "big") & 0x7FF) + 1
        unit = numpy.packbits(bits[at + 24:at + 24 + 8 * (length + 4)]).tobytes()
        if length >= 5 and len(unit) == length + 4 and prox.crc32(unit) == 0:
            frames.append(unit[:-4])
            free_from = at + 24 + 8 * len(unit)
    return frames
