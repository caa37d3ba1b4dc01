/**
 * @peculiar/x509 asks for the metadata polyfill of its injection library at load; certificates are made without it, so that
 * answers of "nothing known" are enough.
 */
Object.assign(Reflect, {
  getMetadata: () => undefined,
  getOwnMetadata: () => undefined,
  defineMetadata: () => undefined,
});
