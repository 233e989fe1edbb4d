#!/usr/bin/python3
"""Makes the symbols of CADUs without any code of Magpie: proves that the oracles beside it understand a right signal.

usage: reference_encode.py FRAMES SYMBOLS --frame-len N --interleave I [--convolutional]

Reed-Solomon by libfec; randomizer and convolutional code written bit by bit from their polynomials. Symbols are little-endian float32, +1 for 1.
"""
import argparse
import ctypes
from pathlib import Path

import numpy

MARKER = bytes.fromhex("1acffc1d")
G1, G2 = 0o171, 0o133  # G1 first; the output of G2 is inverted


def reed_solomon(frame, interleave):
    """Octet i belongs to codeword i modulo the depth, parity octets likewise."""
    fec = ctypes.CDLL("libfec.so.0")
    parities = []
    for lane in range(interleave):
        data = frame[lane::interleave]
        parity = ctypes.create_string_buffer(32)
        fec.encode_rs_ccsds(data, parity, 223 - len(data))
        parities.append(parity.raw)
    return frame + bytes(octet for column in zip(*parities) for octet in column)


def randomizer(bits):
    """x^8 + x^7 + x^5 + x^3 + 1 from all ones: each bit is the sum of the bits 1, 3, 5 and 8 places before it."""
    sequence = [1] * 8
    while len(sequence) < bits:
        sequence.append(sequence[-1] ^ sequence[-3] ^ sequence[-5] ^ sequence[-8])
    return numpy.array(sequence[:bits], numpy.uint8)


def convolutional(bits):
    register = numpy.concatenate([numpy.zeros(6, numpy.uint8), bits])
    def output(polynomial):
        delays = [delay for delay in range(7) if polynomial >> (6 - delay) & 1]
        return numpy.bitwise_xor.reduce([register[6 - delay:6 - delay + bits.size] for delay in delays])
    symbols = numpy.empty(2 * bits.size, numpy.uint8)
    symbols[0::2], symbols[1::2] = output(G1), output(G2) ^ 1
    return symbols


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("frames", type=Path)
    parser.add_argument("symbols", type=Path)
    parser.add_argument("--frame-len", type=int, required=True)
    parser.add_argument("--interleave", type=int, default=1)
    parser.add_argument("--convolutional", action="store_true")
    told = parser.parse_args()
    octets = told.frames.read_bytes()
    pieces = []
    for start in range(0, len(octets), told.frame_len):
        block = numpy.unpackbits(numpy.frombuffer(reed_solomon(octets[start:start + told.frame_len], told.interleave), numpy.uint8))
        pieces += [numpy.unpackbits(numpy.frombuffer(MARKER, numpy.uint8)), block ^ randomizer(block.size)]
    bits = numpy.concatenate(pieces)
    if told.convolutional:
        bits = convolutional(bits)
    (bits.astype("<f4") * 2 - 1).tofile(told.symbols)


main()
