import type { AuditAnchorRow, AuditRow, AuditTip } from '../repositories/audit-repository.ts';
import { anchorText, cutText, erasureText, mustBeAnchored, type AnchorKey } from './audit-log.ts';
import { hashOfRemains, hashOfRow, noRow, type RowMark } from './audit-row.ts';

/** The first row that is not as it was written, and how that shows. */
export interface AuditFault {
  readonly sequence: number;
  readonly code:
    | 'row_missing'
    | 'row_changed'
    | 'chain_broken'
    | 'anchor_missing'
    | 'anchor_invalid'
    | 'anchor_mismatch'
    | 'known_mismatch';
  readonly message: string;
}

const fault = (sequence: number, code: AuditFault['code'], message: string): AuditFault => ({
  sequence,
  code,
  message: `row ${sequence} ${message}`,
});

/** Looks at every row once, in order, and remembers only the one before. Where rows were removed, it begins after them. */
export class AuditWalk {
  rows = 0;
  anchors = 0;
  /** Rows of which something was erased, by the controller itself. */
  erased = 0;
  /** The last row that was in order. */
  last: RowMark = noRow;
  readonly #key: Pick<AnchorKey, 'fingerprint' | 'isSignedBy'>;
  readonly #known: RowMark | null;

  /** `known` is a row as somebody wrote it down elsewhere. */
  constructor(key: Pick<AnchorKey, 'fingerprint' | 'isSignedBy'>, known: RowMark | null = null) {
    this.#key = key;
    this.#known = known;
  }

  /** Begins after rows that were removed. Answers what is wrong with the cut, or null. */
  begin(cut: AuditAnchorRow): AuditFault | null {
    const { sequence, hash } = cut;
    if (cut.key_id !== this.#key.fingerprint || !this.#key.isSignedBy(cutText(cut), cut.signature)) {
      return fault(sequence, 'anchor_invalid', 'and those before it were removed, and it is not proven by whom');
    }
    if (this.#known?.sequence === sequence && this.#known.hash !== hash) {
      return fault(sequence, 'known_mismatch', 'has another hash than the one known elsewhere');
    }
    this.last = { sequence, hash };
    return null;
  }

  /** The next row, its anchor and its erasure, if it has them. Answers what is wrong with it, or null. */
  step(row: AuditRow, anchor: AuditAnchorRow | undefined, erasure?: AuditAnchorRow): AuditFault | null {
    const found = this.#faultOfRow(row, erasure) ?? this.#faultOfAnchor(row, anchor);
    if (found !== null) return found;
    this.rows++;
    if (anchor !== undefined) this.anchors++;
    if (erasure !== undefined) this.erased++;
    this.last = { sequence: row.sequence, hash: row.hash };
    return null;
  }

  /** After the last row: the log must reach as far as was said somewhere. */
  end({ counted, anchored }: Pick<AuditTip, 'counted' | 'anchored'>): AuditFault | null {
    const next = this.last.sequence + 1;
    if (anchored >= next) {
      return fault(next, 'row_missing', `is missing: row ${anchored} was signed`);
    }
    if (this.#known !== null && this.#known.sequence >= next) {
      return fault(next, 'row_missing', `is missing: row ${this.#known.sequence} is known elsewhere`);
    }
    if (counted < next) return null;
    return fault(next, 'row_missing', `is missing: rows were counted up to ${counted}`);
  }

  #faultOfRow(row: AuditRow, erasure: AuditAnchorRow | undefined): AuditFault | null {
    const expected = this.last.sequence + 1;
    if (row.sequence !== expected) {
      return fault(expected, 'row_missing', `is missing: the next one there is row ${row.sequence}`);
    }
    if (hashOfRow(row) !== row.hash && !this.#isErased(row, erasure))
      return fault(expected, 'row_changed', 'was changed: it does not have its own hash');
    if (row.previous_hash !== this.last.hash) {
      return fault(expected, 'chain_broken', `does not follow row ${expected - 1}: one of the two was changed`);
    }
    if (this.#known?.sequence === expected && this.#known.hash !== row.hash) {
      return fault(expected, 'known_mismatch', 'has another hash than the one known elsewhere');
    }
    return null;
  }

  /** Whether it is what the controller itself left of a row. */
  #isErased(row: AuditRow, erasure: AuditAnchorRow | undefined): boolean {
    return (
      erasure?.sequence === row.sequence &&
      erasure.hash === hashOfRemains(row) &&
      erasure.key_id === this.#key.fingerprint &&
      this.#key.isSignedBy(erasureText(erasure), erasure.signature)
    );
  }

  #faultOfAnchor({ sequence, hash }: AuditRow, anchor: AuditAnchorRow | undefined): AuditFault | null {
    if (anchor === undefined) {
      return mustBeAnchored(sequence) ? fault(sequence, 'anchor_missing', 'has lost its signed anchor') : null;
    }
    if (anchor.key_id !== this.#key.fingerprint) {
      return fault(sequence, 'anchor_invalid', "has an anchor that was signed with another authority's key");
    }
    if (!this.#key.isSignedBy(anchorText(anchor), anchor.signature)) {
      return fault(sequence, 'anchor_invalid', 'has an anchor whose signature is not valid');
    }
    if (anchor.hash === hash) return null;
    return fault(sequence, 'anchor_mismatch', 'is not the one that was signed: the rows up to here were written anew');
  }
}
