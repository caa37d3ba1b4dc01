/** Fakes for the tests of the edge's shell. Not part of the program. */
export * from './fake-controller.ts';
