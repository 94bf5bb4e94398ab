/** What a test shows beyond its sentence: the call, what came back, what was expected; tables of differences. */

import * as React from 'react';

import { useSurroundings } from './context';
import type { Details, Table, TableCell } from './report';
import type { Trans } from './words';

export function DetailsView({ details }: { details: Details }): JSX.Element {
  const { trans } = useSurroundings().speech;
  const facts = factsOf(trans, details);
  return (
    <>
      {facts.length > 0 && (
        <dl className="oj-facts">
          {facts.map(([label, value]) => (
            <React.Fragment key={label}>
              <dt>{label}</dt>
              <dd>
                <code>{value}</code>
              </dd>
            </React.Fragment>
          ))}
        </dl>
      )}
      {details.table && <TableView table={details.table} />}
    </>
  );
}

function factsOf(trans: Trans, details: Details): [string, string][] {
  const labelled: [string, string | null][] = [
    [trans.__('Called'), details.called],
    [trans.__('Returned'), details.returned],
    [trans.__('Raised'), details.raised],
    [trans.__('Printed'), details.printed],
    [trans.__('Changed the argument to'), details.changed],
    [trans.__('Expected'), details.expected],
    [trans.__('Compared'), details.compared]
  ];
  return labelled.filter((fact): fact is [string, string] => fact[1] !== null);
}

function TableView({ table }: { table: Table }): JSX.Element {
  const { trans } = useSurroundings().speech;
  const isEqual = !table.more && table.rows.every(row => row.cells.every(cell => cell.same));
  return (
    // The table scrolls inside the panel; whoever has only keys scrolls it by them.
    <div className="oj-scroll" tabIndex={0} role="region" aria-label={trans.__('Your values and the expected ones')}>
      <table className="oj-table">
        <caption>{trans.__('Your values and the expected ones')}</caption>
        <thead>
          <tr>
            <td />
            {table.columns.map((column, index) => (
              <th key={index} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              <th scope="row">{row.label}</th>
              {row.cells.map((cell, column) => (
                <CellView key={column} cell={cell} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {isEqual && <p>{trans.__('These values are equal: the difference is in their types, names or order.')}</p>}
      {table.more > 0 && <p>{trans._n('%1 more row is not shown.', '%1 more rows are not shown.', table.more)}</p>}
    </div>
  );
}

function CellView({ cell }: { cell: TableCell }): JSX.Element {
  const { trans } = useSurroundings().speech;
  if (cell.same) {
    return <td>{cell.got}</td>;
  }
  return (
    <td className="oj-differs">
      <div>{trans.__('yours: %1', cell.got || '–')}</div>
      <div>{trans.__('expected: %1', cell.expected || '–')}</div>
    </td>
  );
}
