import { describe, expect, it } from 'vitest';
import { passwordProblems } from './password-rules.ts';

const problemOf = async (password: string, words: string[] = []): Promise<string | undefined> =>
  (await passwordProblems(password, 'password', words))[0]?.problem;

describe('a password', () => {
  it.each(['Correct-Horse-7-Battery', 'kX9#mQ2$vL7p', 'Größe-42-überall'])(
    'will do when nobody guesses it: %s',
    async (password) => {
      expect(await problemOf(password)).toBeUndefined();
    },
  );

  it.each([
    ['Short-1', /^is shorter than 12/],
    ['alllowercase-1', /every kind/],
    ['ALLUPPERCASE-1', /every kind/],
    ['No-Digits-At-All', /every kind/],
    ['NoSymbols12345', /every kind/],
    [`Aa1!${'x'.repeat(260)}`, /^is longer than 256/],
  ])('is refused by its form: %s', async (password, problem) => {
    expect(await problemOf(password)).toMatch(problem);
  });

  it.each([
    'Password1234!',
    'P@ssw0rd12345',
    'Qwertyuiop123!',
    '1Qaz2wsx3edc!',
    'Letmein-2026!!',
    'Administrator1!',
    'Patronus2026!!',
    'Iloveyou-1234',
    'Changeme12345!',
    'Aaaaaaaaaaa1!',
    'Passw0rd!Passw0rd!',
  ])('is refused when guessing would start with its like: %s', async (password) => {
    expect(await problemOf(password)).toBe('is a common password');
  });

  it('is refused when it is made of its user’s own name', async () => {
    expect(await problemOf('Wolkenstein99!')).toBeUndefined();
    expect(await problemOf('Wolkenstein99!', ['owolk', 'Oswald Wolkenstein'])).toBe('is a common password');
  });

  it('is judged in a moment, however it is made', async () => {
    await problemOf('Correct-Horse-7-Battery');
    const start = performance.now();
    await problemOf(`Aa1!${'ab1!'.repeat(60)}`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
