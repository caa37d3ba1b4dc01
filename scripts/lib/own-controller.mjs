import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeProgram } from './node.mjs';
import { inRoot, root, toolEnvironment } from './root.mjs';
import { Failure } from './run.mjs';

/** `patronus up` or `patronus controller`, with data of its own, and the command line against it. */
export class OwnController {
  #data = mkdtempSync(join(tmpdir(), 'shots-'));
  #env;
  #child;
  #gone;

  constructor(program, [port, edgePort], env = {}) {
    this.url = `http://localhost:${port}`;
    this.#env = { ...toolEnvironment(), ...env };
    this.#child = this.run(program, '--port', String(port), '--edge-port', String(edgePort));
    this.#gone = new Promise((resolve) => this.#child.on('close', resolve));
  }

  run(...args) {
    return spawn(nodeProgram(), [inRoot('apps/cli/bin/patronus.mjs'), ...args, '--data', this.#data], {
      cwd: root,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** What a command prints. */
  async answer(...args) {
    const child = this.run(...args);
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Failure(`"patronus ${args.join(' ')}" ended with ${code}:\n${said}`);
    return said;
  }

  /** Waits until the program has said something; fails when it ends first. */
  says(pattern) {
    return new Promise((resolve, reject) => {
      let said = '';
      this.#child.stdout.on('data', (chunk) => {
        said += chunk;
        const found = pattern.exec(said);
        if (found !== null) resolve(found[0]);
      });
      this.#child.on('close', () => reject(new Failure(`it did not come up:\n${said}`)));
    });
  }

  async stop() {
    this.#child.kill('SIGINT');
    await this.#gone;
    rmSync(this.#data, { recursive: true, force: true });
  }
}
