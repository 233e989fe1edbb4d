#!/usr/bin/python3
"""GNU Radio's convolutional decoder (its kernel is VOLK's) behind the line protocol of the bench: `gnuradio_fec.py JOB FOLDER`, see
bench/peers-rs/src/main.rs. The decoder is called directly, without a flow graph. A peer from outside: never linked into Magpie."""

import ctypes
import sys
import time

try:
    import numpy
    from gnuradio import fec
except ImportError as why:
    print(f"absent {why}")
    sys.exit(1)

TAIL = 6
CCSDS = [79, -109]  # C1, then C2 inverted


def capsule(array):
    """An address as the void pointer that the binding wants."""
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    return new(array.ctypes.data, None, None)


def main():
    job, folder = sys.argv[1:]
    if job != "viterbi":
        print(f"absent GNU Radio does not do {job}")
        return 1
    arguments = dict(line.split("=") for line in open(f"{folder}/{job}.args").read().split())
    block = int(arguments["block_bits"])
    symbols = numpy.fromfile(f"{folder}/{job}.in", numpy.uint8) ^ 0x80
    wanted = numpy.unpackbits(numpy.fromfile(f"{folder}/{job}.out", numpy.uint8))
    symbols = symbols.reshape(-1, 2 * (block + TAIL)).copy()
    bits = numpy.zeros((len(symbols), block + 64), numpy.uint8)
    decoder = fec.cc_decoder.make(block, 7, 2, CCSDS, 0, -1, fec.CC_TERMINATED)
    assert decoder.get_input_size() == symbols.shape[1] and decoder.get_output_size() == block
    blocks = [(capsule(a), capsule(b)) for a, b in zip(symbols, bits)]

    def once():
        for received, decided in blocks:
            decoder.generic_work(received, decided)

    once()
    print("ready", int((bits[:, :block].ravel() != wanted).sum()), len(wanted), flush=True)
    for line in sys.stdin:
        start = time.thread_time_ns()
        for _ in range(int(line)):
            once()
        print(time.thread_time_ns() - start, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
