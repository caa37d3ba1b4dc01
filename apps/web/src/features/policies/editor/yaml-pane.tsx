import { Panel } from '../../../shared/parts/panel.tsx';
import classes from './editor.module.css';
import { lineOfField } from './policy-yaml.ts';
import type { PolicyEditor } from './use-policy-editor.ts';

/** The same policy as text: what is typed here shows in the form, and the other way round. */
export function YamlPane({ editor }: { editor: PolicyEditor }) {
  const { text, setText, unreadable, errors } = editor;
  const lines = text.split('\n').length;
  const problems =
    unreadable === null
      ? Object.entries(errors).map(([name, problem]) => ({ line: lineOfField(text, name), problem }))
      : [unreadable];
  const wrong = new Set(problems.map(({ line }) => line));
  return (
    <Panel title="As YAML" flush>
      <div className={classes.yaml}>
        <div className={classes.gutter} aria-hidden>
          {Array.from({ length: lines }, (_, index) => (
            <span key={index} data-wrong={wrong.has(index + 1)}>
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          aria-label="The policy as YAML"
          aria-invalid={problems.length > 0}
          spellCheck={false}
          autoComplete="off"
          rows={lines}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      </div>
      {problems.length > 0 && (
        <ul className={classes.problems} role="alert">
          {problems.map(({ line, problem }) => (
            <li key={`${line} ${problem}`}>
              <span>line {line}</span> {problem}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
