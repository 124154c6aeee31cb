/**
 * Weights of `treenn.runtime.weight_file`: safetensors files with 8-bit rows, half or single precision, low-rank codes.
 *
 * Matrices are converted to single precision once. Tables of word vectors keep their integers, and convert the rows of
 * the words that occur.
 */

const ARRAYS = { I8: Int8Array, F16: Uint16Array, BF16: Uint16Array, F32: Float32Array };

function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1,
    exponent = (bits >> 10) & 31,
    fraction = bits & 1023;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const bits = new Uint32Array(1),
  single = new Float32Array(bits.buffer);

function bfloatToNumber(half) {
  bits[0] = half << 16;
  return single[0];
}

/** A table whose rows are vectors. */
export class Table {
  #values;
  #scales;
  #basis;

  /** `values` are row-major; `scales` (one per row) and `basis`, a table, may be null. */
  constructor(values, width, scales, basis) {
    this.#values = values;
    this.#scales = scales;
    this.#basis = basis;
    this.columns = width;
    this.length = width ? values.length / width : 0;
    this.width = basis ? basis.width : width;
  }

  /** Add a row to `target`, from `offset` on. */
  addRow(index, target, offset = 0) {
    const scale = this.#scales ? this.#scales[index] : 1,
      start = index * this.columns;
    for (let column = 0; column < this.columns; column++) {
      const value = Math.fround(this.#values[start + column] * scale);
      if (!this.#basis) target[offset + column] += value;
      else this.#basis.addScaledRow(column, value, target, offset);
    }
  }

  addScaledRow(index, factor, target, offset) {
    const start = index * this.columns;
    for (let column = 0; column < this.columns; column++)
      target[offset + column] += factor * this.#values[start + column];
  }

  /** All rows in single precision, row-major. */
  toArray() {
    const array = new Float32Array(this.length * this.width);
    for (let row = 0; row < this.length; row++) this.addRow(row, array, row * this.width);
    return array;
  }
}

/** The tensors of a safetensors file, by name. */
export class Weights {
  #header;
  #data;

  constructor(file) {
    const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength); // Node's Buffer has another `slice`
    const size = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
    this.#header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + size)));
    this.#data = bytes.subarray(8 + size);
  }

  has(name) {
    return Object.hasOwn(this.#header, name);
  }

  /** A tensor as a one-dimensional array: integers, or numbers in single precision. */
  array(name) {
    const { dtype, data_offsets: offsets } = this.#header[name];
    const copy = this.#data.slice(...offsets), // aligned
      stored = new ARRAYS[dtype](copy.buffer, 0, copy.length / ARRAYS[dtype].BYTES_PER_ELEMENT);
    if (dtype !== "F16" && dtype !== "BF16") return stored;
    return Float32Array.from(stored, dtype === "F16" ? halfToNumber : bfloatToNumber);
  }

  /** A tensor of two dimensions, whose rows are converted when they are read. */
  table(name) {
    if (this.has(name)) return this.#stored(name, null);
    const basis = this.#stored(`${name}.basis`, null);
    return this.#stored(`${name}.codes`, new Table(basis.toArray(), basis.columns, null, null));
  }

  #stored(name, basis) {
    const scales = this.has(`${name}.scale`) ? this.array(`${name}.scale`) : null;
    return new Table(this.array(name), this.#header[name].shape[1], scales, basis);
  }

  /** A linear map `y = W x + b` by the names of W and, if any, of the vectors whose sum is b. */
  linear(weight, ...biases) {
    const table = this.table(weight),
      bias = new Float32Array(table.length);
    for (const name of biases) this.array(name).forEach((value, row) => (bias[row] += value));
    return new Linear(table.toArray(), bias, table.width);
  }
}

/** A linear map. */
export class Linear {
  /** `weight` is row-major, of `inputs` columns; one row per output. */
  constructor(weight, bias, inputs) {
    this.weight = weight;
    this.bias = bias;
    this.inputs = inputs;
    this.outputs = bias.length;
  }

  /** Map `count` row vectors; the result is row-major. */
  apply(x, count = x.length / this.inputs) {
    const { weight, bias, inputs, outputs } = this,
      y = new Float32Array(count * outputs);
    for (let output = 0; output < outputs; output++) {
      const start = output * inputs;
      for (let row = 0; row < count; row++) {
        y[row * outputs + output] = bias[output] + dot(weight, start, x, row * inputs, inputs);
      }
    }
    return y;
  }
}

/** The dot product of two vectors in arrays, with four partial sums. */
export function dot(a, i, b, j, size) {
  let s0 = 0,
    s1 = 0,
    s2 = 0,
    s3 = 0;
  const end = i + size - (size % 4);
  for (; i < end; i += 4, j += 4) {
    s0 += a[i] * b[j];
    s1 += a[i + 1] * b[j + 1];
    s2 += a[i + 2] * b[j + 2];
    s3 += a[i + 3] * b[j + 3];
  }
  for (let rest = size % 4; rest > 0; rest--) s0 += a[i++] * b[j++];
  return s0 + s1 + (s2 + s3);
}

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** Words and their indices, as `treenn.models.vocabulary.Vocabulary`; 0 is the unknown token. */
export class Vocabulary {
  #numbers = new Map();

  constructor(words) {
    words.forEach((word, index) => this.#numbers.set(word, index + 1));
  }

  /** The index of a word, or of its lower case. */
  encode(word) {
    return this.#numbers.get(word) ?? this.#numbers.get(word.toLowerCase()) ?? 0;
  }
}
