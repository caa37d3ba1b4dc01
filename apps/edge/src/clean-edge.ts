import { rm } from 'node:fs/promises';
import { kernelReconciler } from './kernel-reconciler.ts';
import { holdNamespace } from './single-instance.ts';
import { DocumentStore, forgetEnrolment, openStateDir } from './state/index.ts';
import { assertNotRunning } from './status/index.ts';

export interface CleanOptions {
  readonly stateDir: string;
  /** Also forget the controller, the documents, the keys and what was not told yet: this machine is no edge any more. */
  readonly enrolment?: boolean;
}

export interface CleanResult {
  readonly enrolmentForgotten: boolean;
}

/**
 * Takes everything of ours out of the kernel of this network namespace, whichever run left it. Errors: `conflict` while an
 * edge runs, `kernel_refused` naming what could not be removed.
 */
export async function cleanEdge(options: CleanOptions): Promise<CleanResult> {
  const paths = await openStateDir(options.stateDir);
  await assertNotRunning(paths);
  const namespace = await holdNamespace();
  try {
    await kernelReconciler(paths).clean();
  } finally {
    await namespace.release();
  }
  if (options.enrolment !== true) return { enrolmentForgotten: false };
  await forgetEnrolment(paths.enrolment);
  await new DocumentStore(paths.documents).forget();
  for (const path of [paths.telemetry, paths.keys]) await rm(path, { recursive: true, force: true });
  return { enrolmentForgotten: true };
}
