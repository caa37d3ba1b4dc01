import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isInstalled } from './debian-packages.mjs';
import { hashOf } from './hash-files.mjs';
import { inRoot } from './root.mjs';
import { run, step } from './run.mjs';

const sources = inRoot('packages/ebpf/src');
const objects = inRoot('packages/ebpf/dist');
/** Which sources the built objects were made from. */
const stamp = join(objects, '.sources');

/** What the programs are compiled with: v3 has atomic operations that answer the old value; `-g` describes the maps (BTF). */
const flags = ['-target', 'bpf', '-mcpu=v3', '-O2', '-g', '-Wall', '-Wextra', '-Wno-unused-parameter', '-Werror'];

/** Debian's headers of the kernel that belong to one architecture. */
const architectures = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/**
 * Compiles the programs for the kernel; what has not changed is not compiled again. A machine without clang or the headers
 * builds everything else: edges there do without the features that need them.
 */
export async function buildEbpf() {
  const files = readdirSync(sources)
    .sort()
    .map((name) => join(sources, name));
  const wanted = hashOf(files);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  const missing = missingParts();
  if (missing.length > 0) {
    // objects of other sources must not be taken for those of these
    rmSync(objects, { recursive: true, force: true });
    console.error(
      `Without ${missing.map(([part]) => part).join(' and ')} the eBPF programs are not built; edges will do without them. ` +
        `Install with: apt-get install ${missing.map(([, name]) => name).join(' ')}`,
    );
    return;
  }
  mkdirSync(objects, { recursive: true });
  const headers = `-I/usr/include/${architectures[process.arch]}`;
  for (const file of files.filter((name) => name.endsWith('.bpf.c'))) {
    const object = join(objects, basename(file).replace(/c$/, 'o'));
    await step(`Building ${basename(object)}`, 'clang', [...flags, headers, '-c', file, '-o', object]);
    await stripDebug(object);
  }
  writeFileSync(stamp, wanted);
}

const missingParts = () =>
  [
    [isInstalled('clang'), 'clang', 'clang'],
    [existsSync('/usr/include/bpf/bpf_helpers.h'), 'bpf/bpf_helpers.h', 'libbpf-dev'],
    [existsSync('/usr/include/linux/bpf.h'), 'linux/bpf.h', 'linux-libc-dev'],
  ]
    .filter(([present]) => !present)
    .map(([, part, name]) => [part, name]);

/** Paths of the build machine are in the debug sections, which the kernel does not need; its own (BTF) stay. */
async function stripDebug(object) {
  if (isInstalled('llvm-strip')) await run('llvm-strip', ['-g', object], { quiet: true });
}
