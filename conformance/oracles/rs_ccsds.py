#!/usr/bin/env python3
"""Does `reed-solomon-ccsds` make the check symbols that we make? Exit code 0: every codeblock, octet for octet; 1: not.

usage: rs_ccsds.py FRAMES CADUS --frame-len N --interleave I [--basis dual|conventional]

FRAMES holds frames of 223 I octets one after the other; CADUS their CADUs as octets (`magpie encode FRAMES --as cadu --frame-len N --interleave I
--randomizer none --format octets --out CADUS`). Each codeblock is also damaged at 16 places of every codeword, and must come back from their decoder:
that shows that the peer understands the code and does not only agree by chance. `pip install reed-solomon-ccsds`, into an environment of its own.
"""
import argparse
import random
import sys
from pathlib import Path

import reed_solomon_ccsds as peer

MARKER = bytes.fromhex("1ACFFC1D")
ERRORS = 16


def damaged(block, interleave, numbers):
    """The codeblock with 16 wrong symbols in each codeword."""
    block = bytearray(block)
    for which in range(interleave):
        for row in numbers.sample(range(255), ERRORS):
            block[row * interleave + which] ^= numbers.randint(1, 255)
    return bytes(block)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("frames", type=Path)
    parser.add_argument("cadus", type=Path)
    parser.add_argument("--frame-len", type=int, required=True)
    parser.add_argument("--interleave", type=int, required=True)
    parser.add_argument("--basis", choices=["dual", "conventional"], default="dual")
    options = parser.parse_args()
    dual, depth = options.basis == "dual", options.interleave
    if options.frame_len != 223 * depth:
        sys.exit("rs_ccsds: the peer knows no virtual fill: frames of 223 I octets")
    frames, cadus = options.frames.read_bytes(), options.cadus.read_bytes()
    count, cadu_len = len(frames) // options.frame_len, len(MARKER) + 255 * depth
    if count == 0 or len(frames) % options.frame_len or len(cadus) != count * cadu_len:
        sys.exit(f"rs_ccsds: {len(frames)} octets of frames do not go with {len(cadus)} octets of CADUs")
    numbers = random.Random(1)
    for i in range(count):
        frame = frames[i * options.frame_len:][:options.frame_len]
        cadu = cadus[i * cadu_len:][:cadu_len]
        if cadu[:4] != MARKER:
            sys.exit(f"rs_ccsds: CADU {i} begins with {cadu[:4].hex()}")
        if cadu[4:] != bytes(peer.encode(frame, dual, depth)):
            sys.exit(f"rs_ccsds: codeblock {i} is another one")
        corrected, decoded = peer.decode(damaged(cadu[4:], depth, numbers), dual, depth)
        if bytes(decoded)[:options.frame_len] != frame or any(count != ERRORS for count in corrected):
            sys.exit(f"rs_ccsds: codeblock {i} with {ERRORS} errors a codeword did not come back")
    print(f"reed-solomon-ccsds: {count} codeblocks of {depth}, the same; and back with {ERRORS} errors a codeword")


if __name__ == "__main__":
    main()
