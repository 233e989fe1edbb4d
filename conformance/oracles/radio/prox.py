"""Proximity-1 from transfer frame to channel symbols, written bit by bit from the books' facts, without any code of Magpie.

Books: 211.0-B-6 (Version-3 frames), 211.2-B-3 (PLTU, CRC-32, idle pattern, convolutional code, LDPC), 131.0-B (matrix of the LDPC code).
Bits are NumPy arrays of 0 and 1, the first one on the air first.

    bits, spans = stream([user_frame(b"hello", number=0)], random)
    symbols = convolutional(bits)
"""
import numpy

MARKER = bytes.fromhex("FAF320")
IDLE = bytes.fromhex("352EF853")
CRC_POLYNOMIAL = 0x00A00805

CSM = bytes.fromhex("034776C7272895B0")
LDPC_K, LDPC_M = 1024, 512
# theta and phi(j, M = 512) of the permutations 1 to 8 of AR4JA.
PERMUTATIONS = [
    (3, (16, 0, 0, 0)), (0, (103, 53, 8, 35)), (1, (105, 74, 119, 97)), (2, (0, 45, 89, 112)),
    (2, (50, 47, 31, 64)), (3, (29, 0, 122, 93)), (0, (115, 59, 1, 99)), (1, (30, 102, 69, 94)),
]


def bits_of(octets):
    return numpy.unpackbits(numpy.frombuffer(bytes(octets), numpy.uint8))


def crc32(octets):
    """Remainder of x^32 + x^23 + x^21 + x^11 + x^2 + 1, register zero at first, most significant bit first, nothing inverted."""
    register = 0
    for octet in octets:
        register ^= octet << 24
        for _ in range(8):
            register = (register << 1 ^ (CRC_POLYNOMIAL if register >> 31 else 0)) & 0xFFFFFFFF
    return register


def header(length, number, expedited=1, proximity=0, construction=3, scid=0x2A, channel=0, port=1, destination=1):
    """The 5 octets before a data field of `length` octets."""
    word = 0b10
    fields = [(expedited, 1), (proximity, 1), (construction, 2), (scid, 10), (channel, 1), (port, 3), (destination, 1), (length + 4, 11), (number, 8)]
    for value, width in fields:
        assert 0 <= value < 1 << width
        word = word << width | value
    return word.to_bytes(5, "big")


def user_frame(data, number, **fields):
    """An expedited U-frame of user-defined octets."""
    return header(len(data), number, **fields) + bytes(data)


def pltu(frame):
    return MARKER + bytes(frame) + crc32(frame).to_bytes(4, "big")


def idle(count):
    """`count` bits of the idle pattern, from its first bit on."""
    return numpy.resize(bits_of(IDLE), count)


def stream(units, random, acquisition, tail, gap=(0, 200)):
    """Acquisition idle, the units (octets of PLTUs) with idle of random length between, tail idle: the bits, and (first, end) of each unit."""
    pieces, spans, at = [idle(acquisition)], [], acquisition
    for unit in units:
        pieces += [bits_of(unit), idle(int(random.integers(*gap)))]
        spans.append((at, at + 8 * len(unit)))
        at += 8 * len(unit) + pieces[-1].size
    pieces.append(idle(tail))
    return numpy.concatenate(pieces), spans


def convolutional(bits):
    """Rate 1/2, K = 7, G1 = 1111001 first, then G2 = 1011011 inverted; one continuous stream from state 0."""
    padded = numpy.concatenate([numpy.zeros(6, numpy.uint8), bits])
    taps = lambda word: numpy.bitwise_xor.reduce([padded[6 - i:6 - i + bits.size] for i, bit in enumerate(word) if bit == "1"])
    symbols = numpy.empty(2 * bits.size, numpy.uint8)
    symbols[0::2], symbols[1::2] = taps("1111001"), taps("1011011") ^ 1
    return symbols


def pn_sequence(count):
    """h(x) = x^8 + x^6 + x^4 + x^3 + x^2 + x + 1 from all ones."""
    sequence = [1] * 8
    while len(sequence) < count:
        sequence.append(sequence[-8] ^ sequence[-7] ^ sequence[-6] ^ sequence[-5] ^ sequence[-4] ^ sequence[-2])
    return numpy.array(sequence[:count], numpy.uint8)


def parity_checks():
    """H of AR4JA (2048,1024) with its 512 punctured columns: 1536 rows, each the set of its columns."""
    rows = [set() for _ in range(3 * LDPC_M)]

    def add(block_row, block_column, which):
        for i in range(LDPC_M):
            column = i
            if which:
                theta, phi = PERMUTATIONS[which - 1]
                j, quarter = 4 * i // LDPC_M, LDPC_M // 4
                column = quarter * ((theta + j) % 4) + (phi[j] + i) % quarter
            rows[block_row * LDPC_M + i] ^= {block_column * LDPC_M + column}  # a sum: two ones at one place are none

    layout = [
        [(), (), (0,), (), (0, 1)],
        [(0,), (0,), (), (0,), (2, 3, 4)],
        [(0,), (5, 6), (), (7, 8), (0,)],
    ]
    for block_row, row in enumerate(layout):
        for block_column, permutations in enumerate(row):
            for which in permutations:
                add(block_row, block_column, which)
    return rows


class Ldpc:
    """The encoder: solves H c = 0 for the parity once, by Gauss's elimination on rows held as whole numbers."""

    def __init__(self):
        unknown = 3 * LDPC_M
        rows = []  # a whole number each: unknowns in the low bits, message bits above
        for columns in parity_checks():
            rows.append(sum(1 << (column - LDPC_K if column >= LDPC_K else unknown + column) for column in columns))
        for pivot in range(unknown):
            found = next(i for i in range(pivot, unknown) if rows[i] >> pivot & 1)
            rows[pivot], rows[found] = rows[found], rows[pivot]
            for i in range(unknown):
                if i != pivot and rows[i] >> pivot & 1:
                    rows[i] ^= rows[pivot]
        octets = [(row >> unknown).to_bytes(LDPC_K // 8, "little") for row in rows[:LDPC_K]]
        self.generator = numpy.array([numpy.unpackbits(numpy.frombuffer(row, numpy.uint8), bitorder="little") for row in octets])

    def parity(self, message):
        return (self.generator.astype(numpy.int32) @ message % 2).astype(numpy.uint8)

    def encode(self, bits):
        """Marker, then message and parity under the PN sequence, for every 1024 bits; a rest is filled up with idle."""
        bits = numpy.concatenate([bits, idle(-bits.size % LDPC_K)])
        marker, noise = bits_of(CSM), pn_sequence(2 * LDPC_K)
        pieces = []
        for message in bits.reshape(-1, LDPC_K):
            pieces += [marker, numpy.concatenate([message, self.parity(message)]) ^ noise]
        return numpy.concatenate(pieces)


def encode(bits, coding):
    """The channel symbols of the bits, and the way from a bit's number to the number of the first symbol that carries it (an array)."""
    at = numpy.arange(bits.size + 1)
    if coding == "uncoded":
        return bits, at
    if coding == "conv":
        return convolutional(bits), 2 * at
    assert coding == "ldpc"
    return Ldpc().encode(bits), at // LDPC_K * 2112 + 64 + at % LDPC_K
