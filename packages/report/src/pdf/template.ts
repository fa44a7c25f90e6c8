/**
 * The page in Typst. It reads the report as data: no text of a report ever becomes source, but for formulas, which are
 * ours.
 */
export const TEMPLATE = `
#let report = json("/report.json")
#set document(title: report.title, author: ())
#set text(font: report.fonts, size: 9.5pt, lang: report.lang, region: report.region, fill: rgb("#1c1d20"), fallback: false)
#set par(leading: 0.62em, spacing: 0.9em)
#set page(
  paper: "a4",
  margin: (x: 2.3cm, top: 2.3cm, bottom: 2.1cm),
  header: context if counter(page).get().first() > 1 {
    set text(size: 7.5pt, fill: rgb("#55585f"))
    grid(columns: (1fr, 1fr), report.title, align(right, report.subtitle))
    v(-0.6em)
    line(length: 100%, stroke: 0.4pt + rgb("#c9c4b8"))
  },
  footer: context {
    set text(size: 7.5pt, fill: rgb("#55585f"))
    let now = counter(page).display()
    let all = counter(page).final().first()
    grid(columns: (1fr, 1fr), "agon", align(right, if report.lang == "zh" [第 #now 页，共 #all 页] else [Page #now of #all]))
  },
)
#show heading.where(level: 1): it => block(above: 0pt, below: 0.5em, text(size: 21pt, weight: 600, it.body))
#show heading.where(level: 2): it => block(above: 1.7em, below: 0.7em, text(size: 12.5pt, weight: 600, it.body))
#let runs(list) = list.map(run => if run.at("bold", default: false) { strong(run.text) } else { run.text }).join()
#show strong: set text(weight: 600)
#let caption(name, body) = text(size: 8pt, fill: rgb("#55585f"), name + ": " + body)

#heading(level: 1, report.title)
#par(text(fill: rgb("#55585f"), report.subtitle))

#for item in report.blocks {
  if item.kind == "heading" { heading(level: 2, item.text) }
  else if item.kind == "lead" {
    block(above: 1.2em, below: 1.2em, stroke: (left: 2.5pt + rgb("#12776e")), inset: (left: 0.9em, y: 0.3em),
      par(text(size: 11pt, runs(item.runs))))
  }
  else if item.kind == "paragraph" { par(justify: true, runs(item.runs)) }
  else if item.kind == "list" { list(..item.items.map(entry => par(entry))) }
  else if item.kind == "formula" { math.equation(block: true, alt: item.alt, eval(item.typst, mode: "math")) }
  else if item.kind == "table" {
    block(below: 0.4em, sticky: true, par(caption(item.label, item.caption)))
    set text(size: 7.8pt)
    table(
      columns: item.widths.map(width => if width == 0 { auto } else { width * 1fr }),
      align: (column, row) => if item.numeric.at(column) { right } else { left },
      stroke: none,
      inset: (x: 4pt, y: 3.2pt),
      table.hline(stroke: 0.7pt),
      table.header(..item.heads.map(head => text(weight: 600, head))),
      table.hline(stroke: 0.4pt),
      ..item.rows.enumerate().map(((at, row)) => row.enumerate().map(((column, cell)) =>
        if item.numeric.at(column) { text(number-width: "tabular", cell) } else { cell })).flatten(),
      table.hline(stroke: 0.7pt),
    )
    v(0.6em)
  }
  else if item.kind == "figure" {
    block(breakable: false, above: 1em, below: 1em, {
      image(bytes(item.svg), format: "svg", width: 100%, alt: item.alt)
      par(caption(item.label, item.caption))
    })
  }
}
`;
