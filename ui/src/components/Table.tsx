import type { ReactNode } from 'react';
import styles from './Table.module.css';

interface TableProps {
  /** Read by screen readers; the card's heading says it to the eye. */
  caption: string;
  columns: readonly string[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** A real table; on a narrow window each row becomes a small list that repeats the headings. */
export function Table({ caption, columns, rows }: TableProps) {
  return (
    // Roles are repeated because some browsers drop a table's meaning with its layout.
    // biome-ignore lint/a11y/noRedundantRoles: see above.
    <table className={styles.table} role="table">
      <caption className={styles.caption}>{caption}</caption>
      {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
      <thead role="rowgroup" className={styles.head}>
        {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
        <tr role="row">
          {columns.map((column) => (
            // biome-ignore lint/a11y/noRedundantRoles: see above.
            <th key={column} scope="col" role="columnheader">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      {/* biome-ignore lint/a11y/noRedundantRoles: see above. */}
      <tbody role="rowgroup">
        {rows.map(({ key, cells }) => (
          // biome-ignore lint/a11y/noRedundantRoles: see above.
          <tr key={key} role="row">
            {cells.map((cell, at) => (
              // biome-ignore lint/a11y/noRedundantRoles: see above.
              <td key={columns[at]} role="cell" data-column={columns[at]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
