/**
 * @peculiar/x509 loads an injection library that wants the Reflect metadata functions to exist. Making certificates uses
 * none of what they would answer, so "nothing known" is enough.
 */
Object.assign(Reflect, {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  defineMetadata: () => undefined,
});
