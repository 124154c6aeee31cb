/**
 * The tokenizer and the sentence splitter of `treenn.text`, in JavaScript.
 *
 * All tables and patterns are those of Python: `treenn.text.shared_tables` writes them as JSON, `divide` those of
 * `treenn.parsers.long_sentences`. Offsets are those of JavaScript strings.
 */

const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u,
  UPPER = /^\p{Uppercase}/u,
  LOWER = /^\p{Lowercase}/u,
  SPACE = /^\s$/u;

const before = (text, at) => {
  if (at <= 0) return "";
  const paired = at > 1 && /[\udc00-\udfff]/.test(text[at - 1]) && /[\ud800-\udbff]/.test(text[at - 2]);
  return text.slice(at - (paired ? 2 : 1), at);
};
const after = (text, at) => (at < text.length ? String.fromCodePoint(text.codePointAt(at)) : "");
const first = (text) => after(text, 0);
const isUpper = (letter) => UPPER.test(letter);
const isLower = (letter) => LOWER.test(letter);
const isAlpha = (letter) => /^\p{L}/u.test(letter);
const isAlnum = (letter) => letter !== "" && LETTER_OR_NUMBER.test(letter);
const isSpace = (letter) => SPACE.test(letter);
const hasWord = (form) => LETTER_OR_NUMBER.test(form);
const isDecimal = (text) => /^\p{Nd}+$/u.test(text);

/** A pattern that matches at an offset; null if it does not. */
function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Compile the tables of `shared_tables`; sets and patterns replace lists and texts. */
function compile({ rules, entities, references, cleaning, quotes, scanner, sentences, tokenizer }) {
  const all = (source, flags = "") => new RegExp(source, `gu${flags}`),
    here = (source) => new RegExp(source, "uy"),
    set = (list) => new Set(list);
  const literal = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  const keys = Object.keys(rules.replaced).sort((a, b) => [...b].length - [...a].length);
  return {
    entities,
    references,
    paragraph: cleaning.paragraph,
    passes: cleaning.passes,
    ampersands: all(cleaning.ampersands, "i"),
    quoteInWord: all(cleaning.quote_in_word),
    range: all(cleaning.range),
    removed: all(rules.removed),
    spaces: all(rules.spaces),
    paragraphEnd: new RegExp(rules.paragraph, "u"),
    blockTag: all(rules.block_tag, "i"),
    inlineTag: all(rules.inline_tag, "i"),
    entity: all(rules.entity),
    replaced: rules.replaced,
    replace: all(keys.map(literal).join("|")),
    tokens: all(rules.tokens),
    kinds: rules.kinds,
    clitics: rules.clitics.map((source) => all(source)),
    anyClitic: all(rules.any_clitic),
    withoutApostrophe: set(rules.without_apostrophe),
    balanced: rules.balanced,
    droppedEndings: set(rules.dropped_endings),
    abbreviations: new Map(Object.entries(rules.abbreviations)),
    titlesInLowerCase: set(rules.titles_in_lower_case),
    neverFinal: set(rules.never_final),
    starters: set(rules.starters),
    quoteOpening: set(quotes.opening),
    quoteClosing: set(quotes.closing),
    abbreviation: scanner.kinds[0],
    initial: scanner.kinds[1],
    numbered: scanner.kinds[2],
    numberNext: here(scanner.number_next),
    digitNext: here(scanner.digit_next),
    initialNext: here(scanner.initial_next),
    ending: set(sentences.ending),
    trailing: set(sentences.trailing),
    closing: set(sentences.closing),
    closingIfGlued: set(sentences.closing_if_glued),
    wordNext: here(sentences.word_next),
    withClitics: set(tokenizer.with_clitics),
    guillemets: set(tokenizer.guillemets),
    opening: set(tokenizer.opening),
    longestClitic: tokenizer.longest_clitic,
  };
}

/** The tokenizer of `treenn.text`, from the tables of `shared_tables`. */
export class Tokenizer {
  #t;

  constructor(tables) {
    this.#t = compile(tables);
  }

  /** The sentences of a text: a list of `{text, words}`, as `treenn.parsers.long_sentences.find_sentences`. */
  sentences(text) {
    return this.split(text)
      .map((piece) => ({ text: piece, words: this.words(piece) }))
      .filter(({ words }) => words.length > 0);
  }

  /** Split a text into sentences, as `treenn.text.split_sentences`. */
  split(text) {
    const cleaned = this.clean(text);
    return this.#group(cleaned, this.#scan(cleaned)).map((tokens) => cleaned.slice(tokens[0].start, tokens.at(-1).end));
  }

  /** Split a text into words, as `treenn.text.tokenize`; none if it is blank. */
  words(text) {
    const cleaned = this.clean(text);
    return this.#group(cleaned, this.#scan(cleaned)).flatMap((sentence) =>
      this.#written(cleaned, sentence).map(({ form }) => form),
    );
  }

  // --------------------------------------------------------------------------------------------------------- cleaning

  /** Clean a text, as `treenn.text.cleaning.clean`. */
  clean(text) {
    for (let pass = 0; pass < this.#t.passes; pass++) {
      const cleaned = this.#cleanOnce(text);
      if (cleaned === text) break;
      text = cleaned;
    }
    return text;
  }

  #cleanOnce(text) {
    const t = this.#t;
    if (text.includes("&") || text.includes("<")) {
      text = text.replace(t.ampersands, "&").replace(t.inlineTag, "").replace(t.blockTag, t.paragraph);
      text = text.replace(t.entity, (name) => this.#character(name));
    }
    text = text
      .replace(t.removed, "")
      .replace(t.replace, (form) => t.replaced[form])
      .normalize("NFC");
    text = text.replace(t.quoteInWord, "'").replace(t.range, "-");
    return text.replace(t.spaces, (space) => (t.paragraphEnd.test(space) ? t.paragraph : " ")).trim();
  }

  /** The character of an HTML entity. */
  #character(name) {
    const { entities, references } = this.#t;
    if (name[1] !== "#") return Object.hasOwn(entities, name.slice(1)) ? entities[name.slice(1)] : name;
    const code = /x/i.test(name[2]) ? parseInt(name.slice(3), 16) : parseInt(name.slice(2), 10);
    if (Object.hasOwn(references, code)) return references[code];
    return code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  }

  // ---------------------------------------------------------------------------------------------------------- scanner

  #scan(text) {
    const t = this.#t,
      tokens = [];
    for (let at = 0, match; (match = matchAt(t.tokens, text, at));) {
      let kind = t.kinds[match.findIndex((group, index) => index > 0 && group !== undefined) - 1];
      const start = match.index;
      at = start + match[0].length;
      if (kind === "word") [kind, at] = this.#withFullStop(text, start, at, tokens.at(-1)?.form ?? "");
      else if (kind === "acronym" && text[at - 1] === ".") kind = t.initial;
      tokens.push({ kind, form: text.slice(start, at), start, end: at });
    }
    return tokens;
  }

  /** The kind and the end of a word, which may be an abbreviation, or end in an apostrophe. */
  #withFullStop(text, start, end, previous) {
    const word = text.slice(start, end);
    if (text[end] === "'" && this.#t.droppedEndings.has(word.toLowerCase())) return ["word", end + 1];
    if (text[end] !== "." || text[end + 1] === ".") return ["word", end];
    const kind = this.#abbreviation(word, text, end + 1, previous);
    return kind === null ? ["word", end] : [kind, end + 1];
  }

  #abbreviation(word, text, at, previous) {
    const t = this.#t,
      lower = word.toLowerCase(),
      known = t.abbreviations.get(lower),
      capitalized = isUpper(word);
    if (known === "always" || (known === "capitalized" && capitalized) || (lower === "al" && previous === "et"))
      return t.abbreviation;
    if (known === "before_number" && matchAt(lower === "no" ? t.digitNext : t.numberNext, text, at)) return t.numbered;
    if (known === "titles" && (capitalized || t.titlesInLowerCase.has(word))) return t.initial;
    return this.#isInitial(word, text, at) ? t.initial : null;
  }

  #isInitial(word, text, at) {
    if (first(word) !== word || !isUpper(word) || isAlnum(after(text, at))) return false;
    return word !== "I" || matchAt(this.#t.initialNext, text, at) !== null;
  }

  // -------------------------------------------------------------------------------------------------------- sentences

  /** The tokens of each sentence of a cleaned text. */
  #group(text, tokens) {
    const counts = [0];
    for (const { form } of tokens) counts.push(counts.at(-1) + (hasWord(form) ? 1 : 0));
    const sentences = [];
    let start = 0;
    for (const end of this.#ends(text, tokens)) {
      if (counts[start] < counts[end] && counts[end] < counts.at(-1)) {
        sentences.push(tokens.slice(start, end));
        start = end;
      }
    }
    if (tokens.length > start) sentences.push(tokens.slice(start));
    return sentences;
  }

  /** The indices of the tokens before which a sentence may end. */
  #ends(text, tokens) {
    const { ending, paragraph } = this.#t,
      closing = this.#closingQuotes(text, tokens),
      ends = [];
    for (let start = 0, number = 0; number < tokens.length - 1;) {
      const token = tokens[number];
      let end = number + 1;
      if (ending.has(token.kind)) end = this.#absorbed(text, tokens, end, closing);
      if (end === tokens.length) break;
      const ofParagraph = text.slice(tokens[end - 1].end, tokens[end].start).includes(paragraph);
      if (ofParagraph || (ending.has(token.kind) && this.#endsSentence(text, tokens, start, number, end))) {
        ends.push(end);
        start = end;
      }
      number = end;
    }
    return ends;
  }

  /** The end of a sentence with the closing quotes, brackets, marks and emoji behind its final token. */
  #absorbed(text, tokens, end, closing) {
    const t = this.#t;
    for (; end < tokens.length; end++) {
      const token = tokens[end],
        glued = token.start === tokens[end - 1].end;
      const closes =
        (t.closing.has(token.form) && (glued || [undefined, " "].includes(text[token.end]))) ||
        (glued && t.closingIfGlued.has(token.form)) ||
        closing.has(end);
      const trails = t.trailing.has(token.kind) && (glued || token.kind === "emoji" || token.kind === "emoticon");
      if (!(closes || trails) || text.slice(tokens[end - 1].end, token.start).includes(t.paragraph)) break;
    }
    return end;
  }

  /** Whether a sentence ends before token `end`, the first one after token `number` and all that closes it. */
  #endsSentence(text, tokens, start, number, end) {
    const t = this.#t,
      token = tokens[number],
      next = tokens[end],
      at = tokens[end - 1].end,
      glued = at === next.start;
    if (",;:".includes(next.form) || (glued && isAlnum(before(text, at)))) return false;
    const following = matchAt(t.wordNext, text, at)?.[1] ?? "",
      letter = first(following);
    if (token.kind === t.abbreviation || token.kind === t.initial)
      return token.form !== "I." && next.kind !== t.initial && this.#beginsSentence(token, following);
    if (token.kind === "ellipsis" || token.kind === "dots") {
      const attached = tokens.at(number - 1).end === token.start;
      return attached && isUpper(letter) && !["I", "I'"].includes([...following].slice(0, 2).join(""));
    }
    if (glued)
      return isAlpha(after(text, at)) && (!".!?".includes(first(token.form)) || changesCase(text, token.start, at));
    if (token.kind === "stop" && number - start === 1 && isDecimal(tokens[start].form)) return false;
    if (!isLower(letter)) return true;
    const quoted = end > number + 1 && !t.trailing.has(tokens[number + 1].kind);
    return !quoted && (token.kind === "stop" || startsInLowerCase(tokens.slice(start, number)));
  }

  #beginsSentence(abbreviation, following) {
    const short = abbreviation.form.slice(0, -1).toLowerCase();
    if (this.#t.neverFinal.has(short) || !isUpper(first(following))) return false;
    return short === "etc" || this.#t.starters.has(following.toLowerCase().split("'")[0]);
  }

  // ----------------------------------------------------------------------------------------------------------- quotes

  /** The indices of the detached quotation marks that close a quotation. */
  #closingQuotes(text, tokens) {
    const closing = new Set();
    for (const family of this.#t.balanced) {
      let marks = [];
      const end = () => {
        for (const index of this.#closingOf(text, tokens, marks)) closing.add(index);
        marks = [];
      };
      tokens.forEach((token, index) => {
        if (index && text.slice(tokens[index - 1].end, token.start).includes(this.#t.paragraph)) end();
        if (family.includes(token.form) && !isApostrophe(text, token)) marks.push(index);
      });
      end();
    }
    return closing;
  }

  #closingOf(text, tokens, marks) {
    const closing = [];
    let open = false;
    marks.forEach((index, position) => {
      const remaining = marks.length - position - 1;
      if (isDoubtful(text, tokens[index]) && (Number(open) + remaining) % 2 === 0) return;
      const [previous, next] = neighbours(text, tokens[index]);
      const starts = this.#t.quoteOpening.has(previous) || isSpace(previous),
        ends = this.#t.quoteClosing.has(next) || isSpace(next);
      if (open && isSpace(previous) && isSpace(next)) closing.push(index);
      open = starts === ends ? !open : starts;
    });
    return closing;
  }

  // ------------------------------------------------------------------------------------------------------------ words

  /** The tokens of one sentence in the form of SST. */
  #written(text, sentence) {
    const t = this.#t,
      words = [],
      last = lastWord(sentence),
      span = [sentence[0].start, sentence.at(-1).end];
    let quoted = false,
      opened = -1;
    sentence.forEach((token, number) => {
      const { kind, form } = token;
      if (t.withClitics.has(kind)) words.push(...this.#withoutClitics(token));
      else if (kind === "negation") words.push({ ...token, form: `${form.endsWith("T") ? "N" : "n"}'${form.at(-1)}` });
      else if (kind === "quote" || kind === "apostrophe") {
        const double = kind === "quote";
        const inQuotes =
          (double ? quoted : form !== "`") || (number > last && last >= 0 && text[token.start - 1] === " ");
        const opens = this.#opens(text, span, token, inQuotes, opened === token.start);
        if (double) quoted = opens;
        if (opens) opened = token.end;
        words.push({ ...token, form: (opens ? "`" : "'").repeat(double ? 2 : 1) });
      } else words.push({ ...token, form: { ellipsis: "...", dash: "--" }[kind] ?? form });
      if (number === last && kind === t.abbreviation)
        words.push({ kind: "stop", form: ".", start: token.end, end: token.end });
    });
    return words;
  }

  /** Split clitics off the end of a word. */
  #withoutClitics({ kind, form }) {
    const t = this.#t,
      parts = [];
    let end = form.length;
    if (t.withoutApostrophe.has(form.toLowerCase().replaceAll("'nt", "nt"))) {
      end -= form.at(-3) === "'" ? 3 : 2;
      parts.push(`${form.at(-2)}'${form.at(-1)}`);
    }
    for (;;) {
      const rest = form.slice(0, end),
        start = Math.max(0, end - t.longestClitic);
      if (!matchAt(t.anyClitic, rest, start)) break;
      const match = t.clitics.map((clitic) => matchAt(clitic, rest, start)).find(Boolean);
      parts.push(match[0]);
      end = match.index;
    }
    return [form.slice(0, end), ...parts.reverse()].map((part) => ({ kind, form: part }));
  }

  /** Whether a quotation mark opens a quotation. */
  #opens(text, [start, end], token, quoted, nested) {
    const { guillemets, opening } = this.#t;
    const previous = token.start > start ? before(text, token.start) : "",
      next = token.end < end ? after(text, token.end) : "";
    const second = token.start - previous.length > start ? before(text, token.start - previous.length) : "";
    const closed = guillemets.has(previous) && second.trim() !== "";
    const free = previous.trim() === "" || (opening.has(previous) && !closed),
      bound = next.trim() !== "";
    if (token.form === "\u201e" || token.form === "\u201a") return true;
    if ((token.form === "\u201c" || token.form === "\u2018") && (",;:".includes(previous) || !bound))
      return bound || free;
    if (free && !bound) return !["\u201d", "''", "'"].includes(token.form) && !quoted;
    return bound && (free || nested);
  }
}

function changesCase(text, start, at) {
  const last = before(text, start),
    second = before(text, start - last.length);
  if (second === "" || !isUpper(after(text, at))) return false;
  const two = second + last;
  return /\p{Lowercase}/u.test(two) && !/[\p{Uppercase}\p{Lt}]/u.test(two);
}

function startsInLowerCase(tokens) {
  const word = tokens.find(({ form }) => isAlpha(form));
  return word !== undefined && isLower(word.form);
}

const neighbours = (text, token) => [before(text, token.start) || " ", after(text, token.end) || " "];
const isApostrophe = (text, token) => token.form === "'" && neighbours(text, token).every(isAlnum);

function isDoubtful(text, token) {
  const last = before(text, token.start),
    two = before(text, token.start - last.length) + last,
    letter = [...two.trimEnd()].pop() ?? "";
  return isDecimal(letter) || (token.form === "'" && (letter === "s" || letter === "S"));
}

/** The index of the last token that is no closing quote or bracket, -1 if there is none. */
function lastWord(sentence) {
  return sentence.findLastIndex(
    ({ kind, form }) => kind !== "quote" && kind !== "apostrophe" && ![")", "]", "}"].includes(form),
  );
}

// -------------------------------------------------------------------------------------------------------- long sentences

/** Divide words into parts of at most `longest` words, as `treenn.parsers.long_sentences.divide`. */
export function divide(words, longest, marks) {
  const parts = [];
  let start = 0;
  while (words.length - start > longest) {
    const end = cut(words, start + Math.floor(longest / 2), start + longest, marks);
    parts.push(words.slice(start, end));
    start = end;
  }
  return start < words.length ? [...parts, words.slice(start)] : parts;
}

function cut(words, low, high, { strong, weak, closing }) {
  for (const marks of [strong, weak]) {
    for (let end = high; end > low; end--) {
      if (!marks.includes(words[end - 1])) continue;
      while (end < high && closing.includes(words[end])) end++;
      return end;
    }
  }
  return high;
}
