#!/usr/bin/env -S /usr/bin/python3 -B
"""GNU Radio receives what `magpie transmit` sent: its phase-locked loop, its symbol synchroniser, its Viterbi decoder. Exit code 0: every frame came back.

usage: gnuradio_demodulate.py SAMPLES FRAMES --sample-rate N --symbol-rate N --coding uncoded|conv [--bits FILE]

SAMPLES is raw cf32 (little-endian), FRAMES the Version-3 frames that were sent, one after the other. The two halves of a Bi-Phase-L symbol go through the
synchroniser as symbols of their own; which two belong together shows in the contrast. Hard bits go to --bits, one octet each. The hunt for PLTUs is
demodulate.py's. The system's Python is the one that knows GNU Radio.
"""
import argparse
import sys
from pathlib import Path

import numpy
from gnuradio import analog, blocks, digital, fec, filter as gr_filter, gr

import demodulate
from gnuradio_modulate import GENERATORS

DECODER_BITS = 1024
LOOP_HZ = 60.0
# Of Gardner's detector; found by trial.
GAIN = 0.3


def carrier_hz(samples, sample_rate):
    """The strongest line of the first second: the loop's starting point."""
    part = samples[:int(sample_rate)]
    part = part * numpy.hanning(part.size)
    return float(numpy.fft.fftfreq(part.size, 1 / sample_rate)[numpy.argmax(numpy.abs(numpy.fft.fft(part)))])


def halves(samples, sample_rate, symbol_rate):
    """One number for each half symbol: positive is a phase ahead of the carrier's."""
    per_half = sample_rate / symbol_rate / 2
    graph, store = gr.top_block(), blocks.vector_sink_f()
    # Rounded to 100 Hz: the rest is the loop's work.
    offset = round(carrier_hz(samples, sample_rate), -2)
    widest = 2 * numpy.pi * 500 / sample_rate
    graph.connect(
        blocks.vector_source_c(samples.tolist(), False),
        blocks.rotator_cc(-2 * numpy.pi * offset / sample_rate),
        analog.pll_carriertracking_cc(2 * numpy.pi * LOOP_HZ / sample_rate, widest, -widest),
        blocks.complex_to_imag(),
        gr_filter.fir_filter_fff(1, [1 / round(per_half)] * round(per_half)),
        digital.symbol_sync_ff(digital.TED_GARDNER, per_half, 2 * numpy.pi * 0.005, 1.0, GAIN, 0.005 * per_half, 1, digital.constellation_bpsk().base(),
                               digital.IR_MMSE_8TAP, 128, []),
        store,
    )
    graph.run()
    return numpy.array(store.data()), offset


def pairs(chips):
    """Symbols from halves: the pairing with the greater contrast."""
    both = [chips[first:][:(chips.size - first) // 2 * 2].reshape(-1, 2) for first in (0, 1)]
    symbols = [pair[:, 0] - pair[:, 1] for pair in both]
    return max(symbols, key=lambda soft: float(numpy.mean(soft ** 2)))


def viterbi(soft):
    """Bits of convolutionally coded soft symbols."""
    whole = soft.size // (2 * DECODER_BITS) * 2 * DECODER_BITS
    octets = numpy.clip(numpy.round(128 + 48 * soft[:whole] / numpy.abs(soft).mean()), 0, 255).astype(int)
    graph, store = gr.top_block(), blocks.vector_sink_b()
    decoder = fec.cc_decoder.make(DECODER_BITS, 7, 2, GENERATORS, 0, -1, fec.CC_STREAMING)
    graph.connect(blocks.vector_source_b(octets.tolist(), False), fec.decoder(decoder, gr.sizeof_char, gr.sizeof_char), store)
    graph.run()
    return numpy.array(store.data(), numpy.uint8)


def split(octets):
    """Version-3 frames that stand one after the other."""
    frames, at = [], 0
    while at < len(octets):
        length = (int.from_bytes(octets[at + 2:at + 4], "big") & 0x7FF) + 1
        frames.append(octets[at:at + length])
        at += length
    return frames


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", type=Path)
    parser.add_argument("frames", type=Path)
    parser.add_argument("--sample-rate", type=float, required=True)
    parser.add_argument("--symbol-rate", type=float, required=True)
    parser.add_argument("--coding", choices=["uncoded", "conv"], required=True)
    parser.add_argument("--bits", type=Path)
    told = parser.parse_args()
    sent = split(told.frames.read_bytes())
    samples = numpy.fromfile(told.samples, "<c8")
    samples /= numpy.sqrt(numpy.mean(numpy.abs(samples) ** 2))  # the synchroniser's gain is in units of the amplitude
    chips, offset = halves(samples, told.sample_rate, told.symbol_rate)
    soft = pairs(chips)
    # The end of the stream never leaves the decoder: noise pushes it out. Which of two symbols is the first of a pair is tried.
    tail = numpy.random.default_rng(1).standard_normal(8 * DECODER_BITS) * numpy.abs(soft).mean()
    tries = [(soft > 0).astype(numpy.uint8)] if told.coding == "uncoded" else [viterbi(numpy.concatenate([soft[first:], tail])) for first in (0, 1)]
    bits, got = max(((bits, demodulate.plt_units(bits)) for bits in tries), key=lambda pair: len(pair[1]))
    if told.bits:
        bits.tofile(told.bits)
    missing = [number for number, frame in enumerate(sent) if frame not in got]
    fine = bool(sent) and got == sent
    print(f"GNU Radio {gr.version()}: carrier near {offset:+.0f} Hz, {soft.size} symbols, {len(sent)} frames sent, {len(sent) - len(missing)} came back, "
          f"{len([frame for frame in got if frame not in sent])} strange ones: {'ok' if fine else 'FAILED'}")
    if missing:
        print(f"missing: {missing[:20]}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
