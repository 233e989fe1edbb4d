#!/usr/bin/python3
"""Do GNU Radio and gr-satellites get our frames back from our symbols? Exit code 0: every frame, octet for octet; 1: not.

usage: gnuradio_decode.py FRAMES SYMBOLS --frame-len N --interleave I [--convolutional] [--noise SIGMA]

FRAMES holds the frames one after the other; SYMBOLS the soft symbols of their CADUs (little-endian float32, positive = 1), randomized with the
8-bit sequence, Reed-Solomon (255,223) in the dual basis. The system's Python is the one that knows GNU Radio.
"""
import argparse
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("GR_CONF_LOG_LOG_LEVEL", "error")  # a line for every frame otherwise; read when GNU Radio is imported

import numpy
import pmt
from gnuradio import blocks, gr, pdu

# gr-satellites 4.4 as packaged still expects these names in `blocks`, where GNU Radio 3.8 had them.
MOVED = {
    "byte_t": gr.types.byte_t, "float_t": gr.types.float_t, "complex_t": gr.types.complex_t,
    "tagged_stream_to_pdu": pdu.tagged_stream_to_pdu, "pdu_to_tagged_stream": pdu.pdu_to_tagged_stream,
}
for name, thing in MOVED.items():
    if not hasattr(blocks, name):
        setattr(blocks, name, thing)

from satellites.components.deframers import ccsds_concatenated_deframer, ccsds_rs_deframer  # noqa: E402

# Frames still queued when a flow graph ends are lost, so noise follows the signal until all of them are out, or until this many seconds are over.
PATIENCE_S = 60


def decode(symbols, noise, wanted, frame_len, interleave, convolutional):
    """The frames that the deframer puts out, in order: `symbols`, then `noise` again and again until `wanted` frames are there."""
    block = ccsds_concatenated_deframer if convolutional else ccsds_rs_deframer
    options = argparse.ArgumentParser()
    block.add_options(options)
    told = {"frame_size": frame_len, "rs_basis": "dual", "rs_interleaving": interleave, "scrambler": "CCSDS", "options": options.parse_args([])}
    if convolutional:
        told["convolutional"] = "CCSDS"
    graph, store = gr.top_block(), blocks.message_debug()
    signal, deframer = blocks.vector_source_f(symbols.tolist(), False), block(**told)
    behind = blocks.vector_source_f(noise.tolist(), True)
    row = blocks.stream_mux(gr.sizeof_float, [symbols.size, 2**31 - 1])
    graph.connect(signal, (row, 0))
    graph.connect(behind, (row, 1))
    graph.connect(row, deframer)
    graph.msg_connect((deframer, "out"), (store, "store"))
    graph.start()
    end = time.monotonic() + PATIENCE_S
    while store.num_messages() < wanted and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(0.5)  # a strange frame too many would come now
    graph.stop()
    graph.wait()
    return [bytes(pmt.u8vector_elements(pmt.cdr(store.get_message(i)))) for i in range(store.num_messages())]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("frames", type=Path)
    parser.add_argument("symbols", type=Path)
    parser.add_argument("--frame-len", type=int, required=True)
    parser.add_argument("--interleave", type=int, default=1)
    parser.add_argument("--convolutional", action="store_true")
    parser.add_argument("--noise", type=float, default=0.0, help="standard deviation of noise added to the symbols")
    told = parser.parse_args()

    octets = told.frames.read_bytes()
    sent = [octets[i:i + told.frame_len] for i in range(0, len(octets), told.frame_len)]
    random = numpy.random.default_rng(1)
    symbols = numpy.fromfile(told.symbols, "<f4")
    symbols = symbols + told.noise * random.standard_normal(symbols.size)
    noise = random.standard_normal(100_000)
    got = decode(symbols, noise, len(sent), told.frame_len, told.interleave, told.convolutional)

    missing = [i for i, frame in enumerate(sent) if frame not in got]
    strange = [frame for frame in got if frame not in sent]
    fine = bool(sent) and not missing and not strange
    print(f"GNU Radio {gr.version()}: {len(sent)} frames sent, {len(sent) - len(missing)} came back, {len(strange)} strange ones: {'ok' if fine else 'FAILED'}")
    if missing:
        print(f"missing: {missing[:20]}")
    return 0 if fine else 1


sys.exit(main())
