import { messageOf } from '@patronus/core';
import { ProtocolDetector } from './protocol-detector.ts';

/** Run as a program: prints the version of nDPI that flows can be inspected with here, or fails with what is missing. */
try {
  process.stdout.write(`${new ProtocolDetector(1).version}\n`);
} catch (error) {
  process.stderr.write(`error: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
