import { useEffect, useRef, type RefObject } from 'react';

const [least, most] = [0.6, 12];
/** A wheel that turns by one notch makes it larger by about a fifth. */
const wheelStrength = 0.0018;

export interface Zoom {
  /** The drawing that takes wheel and pointer. */
  readonly svg: RefObject<SVGSVGElement | null>;
  /** What is moved and scaled. */
  readonly content: RefObject<SVGGElement | null>;
  readonly by: (factor: number) => void;
  readonly reset: () => void;
}

/**
 * Moving a drawing with the pointer and scaling it with the wheel (with Ctrl, so that the page can still be scrolled). The
 * drawing is moved at once, without being drawn anew; `--zoom` tells its parts how large they are.
 */
export function useZoom(): Zoom {
  const svg = useRef<SVGSVGElement>(null);
  const content = useRef<SVGGElement>(null);
  const view = useRef({ x: 0, y: 0, k: 1 });
  const show = (): void => {
    const { x, y, k } = view.current;
    content.current?.setAttribute('transform', `translate(${x} ${y}) scale(${k})`);
    svg.current?.style.setProperty('--zoom', String(k));
    svg.current?.setAttribute('data-near', String(k >= 2.2));
  };
  const scaleAt = (factor: number, px: number, py: number): void => {
    const { x, y, k } = view.current;
    const next = Math.min(most, Math.max(least, k * factor));
    view.current = { k: next, x: px - ((px - x) * next) / k, y: py - ((py - y) * next) / k };
    show();
  };
  const zoom = useRef({
    by: (factor: number): void => {
      const box = svg.current!.getBoundingClientRect();
      scaleAt(factor, box.width / 2, box.height / 2);
    },
    reset: (): void => {
      view.current = { x: 0, y: 0, k: 1 };
      show();
    },
  });
  useEffect(() => {
    const element = svg.current;
    if (element === null) return undefined;
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      scaleAt(Math.exp(-event.deltaY * wheelStrength), event.clientX - box.left, event.clientY - box.top);
    };
    const stopDrag = followPointer(element, (dx, dy) => {
      view.current = { ...view.current, x: view.current.x + dx, y: view.current.y + dy };
      show();
    });
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      element.removeEventListener('wheel', onWheel);
      stopDrag();
    };
  });
  return { svg, content, by: zoom.current.by, reset: zoom.current.reset };
}

/** Less is a click, px. */
const leastDrag = 4;

function followPointer(element: SVGSVGElement, move: (dx: number, dy: number) => void): () => void {
  let last: { x: number; y: number; dragging: boolean } | null = null;
  const onDown = (event: PointerEvent): void => {
    if (event.button === 0 && event.pointerType === 'mouse')
      last = { x: event.clientX, y: event.clientY, dragging: false };
  };
  const onMove = (event: PointerEvent): void => {
    if (last === null) return;
    const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
    if (!last.dragging && Math.hypot(dx, dy) < leastDrag) return;
    last = { x: event.clientX, y: event.clientY, dragging: true };
    move(dx, dy);
  };
  const onUp = (): void => {
    last = null;
  };
  element.addEventListener('pointerdown', onDown);
  addEventListener('pointermove', onMove);
  addEventListener('pointerup', onUp);
  return () => {
    element.removeEventListener('pointerdown', onDown);
    removeEventListener('pointermove', onMove);
    removeEventListener('pointerup', onUp);
  };
}
