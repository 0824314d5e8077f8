import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { containsText } from '../../src/lists/search.js';
import { databaseKind, openTestDatabase, type TestDatabase } from '../support/databases.js';

describe('search', () => {
  let opened: TestDatabase;
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(() => opened.drop());

  type Sample = readonly [text: string, term: string];

  /** The samples whose text does not contain the term. */
  async function notFound(samples: readonly Sample[]): Promise<Sample[]> {
    const column = { name: 'title', type: 'text', example: null } as const;
    const rows = await opened.db.query<{ position: number }>(
      `SELECT position::int FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS sample (title, term, position)
       WHERE NOT ${containsText([column], 'sample', 'sample.term')} ORDER BY position`,
      [samples.map(([text]) => text), samples.map(([, term]) => term)],
    );
    return rows.map(({ position }) => samples[position - 1] as Sample);
  }

  it.each([
    ['a final sigma in the middle of a longer word', 'ΟΔΟΣΗΜΑ', 'ΟΔΟΣ'],
    ['a final sigma', 'οδος ΟΔΟΣ', 'οδοσ'],
    ['a composed letter by its decomposed form', 'Caf\u00e9', 'cafe\u0301'],
    ['a decomposed letter by its composed form', 'Cafe\u0301', 'CAF\u00c9'],
    ['a Hangul syllable by its letters', '한글 문서', '한글'.normalize('NFD')],
    ['marks in another order', 'e\u0301\u0323x', 'e\u0323\u0301X'],
    ['a part of marks in another order', 'e\u0301\u0323x', 'e\u0301'],
    ['a Greek letter with iota below', 'ᾼδης', 'ᾳδ'],
    ['the same in upper case', 'ᾳδης', 'ΑΙΔ'],
    ['a sharp s', 'Straße', 'STRASSE'],
    ['a capital sharp s', 'STRAẞE', 'straße'],
    ['a dotted capital i', 'İstanbul', 'istanbul'],
    ['a dotless i', 'Isparta ılık', 'ILIK'],
    ['a ligature', 'ﬁsh', 'FISH'],
    ['a titlecase digraph', 'ǅungla', 'ǆUNGLA'],
    ['Cherokee', 'ᎣᏏᏲ', 'ꭳꮟᏺ'],
    // Capital letters since Unicode 11, which the libraries of some PostgreSQL servers do not know.
    ...(databaseKind === 'embedded' ? [['Georgian', 'თბილისი', 'ᲗᲑᲘᲚᲘᲡᲘ'] as const] : []),
    ['Deseret, beyond the first plane', '𐐔𐐯𐑅', '𐐼𐐇𐑅'],
    ['a theta symbol', 'ϴ', 'θ'],
    ['the Kelvin sign', '300 \u212a', '300 k'],
    ['characters of patterns', '100%_\\', '%_\\'],
  ])('finds %s', async (_, text, term) => {
    expect(await notFound([[text, term]])).toEqual([]);
  });

  it.each([
    ['%', 'abc'],
    ['_', 'abc'],
    ['\\', 'abc'],
    ['a%c', 'abc'],
    ['a_c', 'abc'],
    ['ärger', 'Arger'],
    ['ДОМ', 'дым'],
  ])('does not find %j in %j', async (term, text) => {
    expect(await notFound([[text, term]])).toHaveLength(1);
  });

  /** Characters of many scripts, those whose case or form is special above all. */
  const alphabets = [
    'aAbBzZ iIıİ%_\\\'" \n',
    // Without iota below: its capital is a letter, which JavaScript puts before other marks.
    'ΑαΆάΣσςΟοΐΰϴϑ',
    'ßẞﬁﬃſŉǰKkÅåẛ',
    'ДдЖжЇїІіӀӏ',
    'ǄǅǆǇǈǉǱǲǳ',
    'ᎠꭰᏰᏸ',
    'Ուև',
    '가각힣각',
    'כּשׁאَبًا',
    'किक़ைொ',
    'が\u3099か漢字',
    '🙂👩‍👩‍👧𐐔𐐼',
    'eE\u0301\u0323\u0307\u0308\u031b',
  ].flatMap((alphabet) => [...alphabet]);
  const texts = fc.array(fc.constantFrom(...alphabets), { minLength: 1, maxLength: 12 }).map((characters) => characters.join(''));
  const forms = (text: string) => [text, text.normalize('NFC'), text.normalize('NFD')];
  const variants = (text: string) => [text, text.toUpperCase(), text.toLowerCase()].flatMap(forms);

  /** The parts of a text from one boundary to another. */
  const partsOf = (units: readonly string[]): string[] =>
    units.flatMap((_, from) => units.slice(from).map((_, length) => units.slice(from, from + length + 1).join('')));
  const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const graphemes = (text: string) => [...segmenter.segment(text)].map(({ segment }) => segment);

  it('finds a text of any script by each of its parts, in upper and lower case and in both normalization forms', async () => {
    for (const sample of fc.sample(texts, { numRuns: 120, seed: 20_261_127 })) {
      const samples = forms(sample).flatMap((text) => [
        // Any part as it is, wherever it is cut.
        ...partsOf([...text]).map((part): Sample => [text, part]),
        ...partsOf(graphemes(text)).flatMap((part) => variants(part).map((term): Sample => [text, term])),
      ]);
      expect(await notFound(samples)).toEqual([]);
    }
  });
});
