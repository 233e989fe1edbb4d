#!/usr/bin/env -S /usr/bin/python3 -B
"""GNU Radio sends PLTUs: its convolutional encoder, its phase modulator, its channel model. What `magpie listen` must make of it stands beside it.

usage: gnuradio_modulate.py FOLDER [NAME]...     (--list prints the names)

Writes NAME.sigmf-meta, NAME.sigmf-data (cf32) and NAME.expected.json as recordings.py does. The bits of frames, PLTUs and idle come from prox.py; symbol 1 is
+- (advance first), index 60 deg, a carrier alone goes ahead. The system's Python is the one that knows GNU Radio.
"""
import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy
from gnuradio import analog, blocks, channels, digital, fec, gr

import prox
import recordings

# Generators with the newest bit lowest, as GNU Radio writes them; a negative one is inverted.
GENERATORS = [0o117, -0o155]
ENCODER_BITS = 1024


@dataclass
class Way:
    about: str
    coding: str
    symbol_rate: int
    samples_per_half: int
    cn0_dbhz: float
    offset_hz: float
    """Of the carrier."""
    epsilon: float = 1.0
    """The receiver's sample clock: samples come this much later."""
    carrier_s: float = 1.3
    data_s: float = 4.0
    seed: int = 3

    @property
    def sample_rate(self):
        return 2 * self.samples_per_half * self.symbol_rate


WAYS = {
    "gr-uncoded": Way("GNU Radio, 8 ksym/s uncoded", "uncoded", 8_000, 16, 53.0, -2_345.0),
    "gr-conv": Way("GNU Radio, 8 kbit/s convolutional, noise, timing offset", "conv", 16_000, 8, 49.0, 6_789.0, epsilon=1.00003),
    "gr-fast": Way("GNU Radio, 32 kbit/s convolutional, 8 samples a symbol", "conv", 64_000, 4, 55.0, -11_000.0, epsilon=0.99998, data_s=1.5),
}


def sent_bits(way):
    """Bits in whole pieces for the encoder, the frames, and where each PLTU lies."""
    random = numpy.random.default_rng(way.seed)
    bit_rate = way.symbol_rate * (0.5 if way.coding == "conv" else 1.0)
    frames, bits = [], 0
    while bits < way.data_s * bit_rate:
        frames.append(prox.user_frame(random.bytes(int(random.integers(1, 300))), len(frames) % 256))
        bits += 8 * len(frames[-1]) + 156
    stream, spans = prox.stream([prox.pltu(frame) for frame in frames], random, 32 * int(0.5 * bit_rate / 32), int(0.2 * bit_rate))
    return numpy.concatenate([stream, prox.idle(-stream.size % ENCODER_BITS)]), frames, spans


def flow_graph(way, bits, level, file):
    """Bits to samples in the file."""
    graph = gr.top_block()
    chain = [blocks.vector_source_b(bits.tolist(), False)]
    symbols = bits.size
    if way.coding == "conv":
        encoder = fec.cc_encoder_make(ENCODER_BITS, 7, 2, GENERATORS, 0, fec.CC_STREAMING)
        chain.append(fec.encoder(encoder, gr.sizeof_char, gr.sizeof_char))
        symbols *= 2
    # Bi-Phase-L: a 1 as the bits 10, a 0 as 01.
    chain += [digital.map_bb([0b01, 0b10]), blocks.unpack_k_bits_bb(2), digital.chunks_to_symbols_bf([-1.0, 1.0], 1),
              blocks.repeat(gr.sizeof_float, way.samples_per_half)]
    for one, next_one in zip(chain, chain[1:]):
        graph.connect(one, next_one)
    alone = int(way.carrier_s * way.sample_rate)
    data = symbols * 2 * way.samples_per_half
    row = blocks.stream_mux(gr.sizeof_float, [alone, data])
    graph.connect(blocks.null_source(gr.sizeof_float), (row, 0))
    graph.connect(chain[-1], (row, 1))
    noise = math.sqrt(way.sample_rate / 10 ** (way.cn0_dbhz / 10))
    graph.connect(row, blocks.head(gr.sizeof_float, alone + data), analog.phase_modulator_fc(math.pi / 3),
                  channels.channel_model(noise, way.offset_hz / way.sample_rate, way.epsilon, [1.0 + 0j], way.seed),
                  blocks.multiply_const_cc(level), blocks.file_sink(gr.sizeof_gr_complex, str(file)))
    return graph


def write(folder, name):
    way = WAYS[name]
    bits, frames, spans = sent_bits(way)
    level = 0.2 / math.sqrt(1 + way.sample_rate / 10 ** (way.cn0_dbhz / 10))
    file = folder / f"{name}.sigmf-data"
    flow_graph(way, bits, level, file).run()
    bit_rate = way.symbol_rate * (0.5 if way.coding == "conv" else 1.0)
    duration = file.stat().st_size / 8 / way.sample_rate
    (folder / f"{name}.sigmf-meta").write_text(json.dumps({
        "global": {"core:datatype": "cf32_le", "core:sample_rate": way.sample_rate, "core:version": "1.0.0", "core:description": way.about},
        "captures": [{"core:sample_start": 0, "core:frequency": recordings.CENTRE_HZ}], "annotations": [],
    }, indent=1))
    (folder / f"{name}.expected.json").write_text(json.dumps({
        "name": name, "about": way.about, "sample_rate": way.sample_rate, "symbol_rate": way.symbol_rate, "coding": way.coding, "inverted": False,
        "cn0_dbhz": way.cn0_dbhz, "damaged": 0, "least_percent": 100, "offset_within_hz": 2.0, "cn0_within_db": 1.5, "silent": False, "fades": [],
        "told": ["--rate", str(way.symbol_rate), "--coding", way.coding],
        "carrier": [{"t_s": float(t), "offset_hz": way.offset_hz} for t in numpy.arange(0.5, duration - 0.1, 0.25)],
        "frames": [{"hex": frame.hex(), "from_s": round(way.carrier_s + first / bit_rate, 4), "to_s": round(way.carrier_s + end / bit_rate, 4), "required": True}
                   for frame, (first, end) in zip(frames, spans)],
    }, indent=1))
    print(f"{name:10} {duration:5.1f} s  {way.cn0_dbhz:5.1f} dBHz  {len(frames):4} PLTUs  {file.stat().st_size / 1e6:5.1f} MB  (GNU Radio {gr.version()})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--list", action="store_true")
    told = parser.parse_args()
    if told.list or told.folder is None:
        for name, way in WAYS.items():
            print(f"{name:10} {way.about}")
        return 0
    strange = [name for name in told.names if name not in WAYS]
    if strange:
        sys.exit(f"gnuradio_modulate: there is no {strange[0]}, see --list")
    told.folder.mkdir(parents=True, exist_ok=True)
    for name in told.names or WAYS:
        write(told.folder, name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
