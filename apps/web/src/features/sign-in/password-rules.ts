/** What a password must have (the controller also refuses common ones). */
export const passwordRules: readonly { readonly text: string; readonly met: (password: string) => boolean }[] = [
  { text: 'at least 12 characters', met: (password) => password.length >= 12 },
  { text: 'an upper-case letter', met: (password) => /\p{Lu}/u.test(password) },
  { text: 'a lower-case letter', met: (password) => /\p{Ll}/u.test(password) },
  { text: 'a digit', met: (password) => /\d/.test(password) },
  { text: 'a symbol', met: (password) => /[^\p{L}\d\s]/u.test(password) },
];
