/**
 * The texts that build and change the lab's namespaces: shell scripts of `ip`, `nft` and `tc` commands, made from the
 * plan. Pure; the machine folder runs them.
 */
export * from './core-script.ts';
export * from './line-rules.ts';
export * from './line-script.ts';
export * from './script.ts';
export * from './site-script.ts';
