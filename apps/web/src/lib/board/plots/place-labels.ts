export type Dot = { readonly x: number; readonly y: number; readonly text: string };
export type PlacedLabel = {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
};

type Box = { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
type Frame = {
  readonly width: number;
  readonly height: number;
  /** Where the room for names begins; 0 where it is not said. */
  readonly left?: number;
};
type Point = { readonly x: number; readonly y: number };

/** Rough width of a letter and height of a line, in units of the plot, at its label size. */
const LETTER = 6.6;
const LINE = 14;
const GAP = 9;

/**
 * A place for each dot's name beside, above or below it, where it hides no dot, no name placed before, and no edge.
 * @param line points of a line that names should keep off as well
 */
export function placeLabels(dots: readonly Dot[], frame: Frame, line: readonly Point[] = []): PlacedLabel[] {
  const taken: Box[] = dots.map(({ x, y }) => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 }));
  const strokes: Box[] = line.map(({ x, y }) => ({ left: x - 2, right: x + 2, top: y - 2, bottom: y + 2 }));
  return dots.map((dot, i) => {
    const choices = candidates(dot);
    const costs = choices.map(({ label, box }) => ({
      label,
      box,
      cost:
        taken.reduce((sum, other, j) => (j === i ? sum : sum + overlap(box, other)), 0) +
        strokes.reduce((sum, other) => sum + overlap(box, other), 0) +
        outside(box, frame),
    }));
    const best = costs.reduce((least, each) => (each.cost < least.cost ? each : least));
    taken.push(best.box);
    return best.label;
  });
}

function candidates({ x, y, text }: Dot): { label: PlacedLabel; box: Box }[] {
  const width = text.length * LETTER;
  const beside = { top: y - LINE / 2, bottom: y + LINE / 2 };
  const centred = { left: x - width / 2, right: x + width / 2 };
  return [
    {
      label: { x: x - GAP, y: y + 4, anchor: 'end' },
      box: { left: x - GAP - width, right: x - GAP, ...beside },
    },
    {
      label: { x: x + GAP, y: y + 4, anchor: 'start' },
      box: { left: x + GAP, right: x + GAP + width, ...beside },
    },
    {
      label: { x, y: y - GAP, anchor: 'middle' },
      box: { ...centred, top: y - GAP - LINE, bottom: y - GAP + 3 },
    },
    {
      label: { x, y: y + GAP + 9, anchor: 'middle' },
      box: { ...centred, top: y + GAP - 3, bottom: y + GAP + LINE },
    },
    ...[-1, 1].flatMap((down) => {
      const at = y + down * (GAP + 2);
      const beyond = { top: at - LINE / 2, bottom: at + LINE / 2 };
      return [
        {
          label: { x: x - 4, y: at + 4, anchor: 'end' as const },
          box: { left: x - 4 - width, right: x - 4, ...beyond },
        },
        {
          label: { x: x + 4, y: at + 4, anchor: 'start' as const },
          box: { left: x + 4, right: x + 4 + width, ...beyond },
        },
      ];
    }),
  ];
}

function overlap(one: Box, other: Box): number {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  return width > 0 && height > 0 ? width * height : 0;
}

function outside(box: Box, frame: Frame): number {
  const over =
    Math.max(0, (frame.left ?? 0) - box.left) +
    Math.max(0, box.right - frame.width) +
    Math.max(0, -box.top) +
    Math.max(0, box.bottom - frame.height);
  return over * LINE;
}
