//! Writes an answer into a plugin's memory by hand, right or wrong, by the canonical ABI.

/// Where the image begins in memory.
pub const BASE: usize = 1024;

/// A part of memory that grows.
#[derive(Default)]
pub struct Image {
    bytes: Vec<u8>,
}

/// A column as it will stand in memory.
pub struct Column {
    pub name: &'static str,
    pub present: Vec<u8>,
    pub cells: Cells,
}

/// Cells as they will stand in memory.
pub enum Cells {
    Text(Vec<u8>, Vec<u32>),
    Integer(Vec<i64>),
    Decimal(u8, Vec<i64>),
    Date(Vec<i32>),
    Boolean(Vec<u8>),
}

impl Image {
    /// Returns the next address, aligned.
    fn align(&mut self, to: usize) -> usize {
        while !(BASE + self.bytes.len()).is_multiple_of(to) {
            self.bytes.push(0);
        }
        BASE + self.bytes.len()
    }

    fn list(&mut self, align: usize, bytes: &[u8], count: usize) -> [u32; 2] {
        let at = self.align(align);
        self.bytes.extend(bytes);
        [word(at), word(count)]
    }

    fn words(&mut self, words: &[u32]) -> usize {
        let at = self.align(4);
        self.bytes.extend(words.iter().flat_map(|word| word.to_le_bytes()));
        at
    }

    fn column(&mut self, column: &Column) -> Vec<u32> {
        let name = self.list(1, column.name.as_bytes(), column.name.len());
        let present = self.list(1, &column.present, column.present.len());
        let (kind, mut payload) = match &column.cells {
            Cells::Text(utf8, ends) => {
                let text = self.list(1, utf8, utf8.len());
                let bytes: Vec<u8> = ends.iter().flat_map(|end| end.to_le_bytes()).collect();
                (0, [text, self.list(4, &bytes, ends.len())].concat())
            }
            Cells::Integer(cells) => (1, self.longs(cells).to_vec()),
            Cells::Decimal(scale, units) => {
                (2, [vec![u32::from(*scale)], self.longs(units).to_vec()].concat())
            }
            Cells::Date(days) => {
                let bytes: Vec<u8> = days.iter().flat_map(|day| day.to_le_bytes()).collect();
                (3, self.list(4, &bytes, days.len()).to_vec())
            }
            Cells::Boolean(cells) => (4, self.list(1, cells, cells.len()).to_vec()),
        };
        payload.resize(4, 0);
        [name.to_vec(), present.to_vec(), vec![kind], payload].concat()
    }

    fn longs(&mut self, cells: &[i64]) -> [u32; 2] {
        let bytes: Vec<u8> = cells.iter().flat_map(|cell| cell.to_le_bytes()).collect();
        self.list(8, &bytes, cells.len())
    }

    /// Writes an answer with tables of so many rows; returns its address.
    pub fn answer(&mut self, tables: &[(&str, u32, Vec<Column>)]) -> usize {
        let mut records = Vec::new();
        for (name, rows, columns) in tables {
            let columns: Vec<Vec<u32>> = columns.iter().map(|column| self.column(column)).collect();
            let count = columns.len();
            let columns = [word(self.words(&columns.concat())), word(count)];
            let name = self.list(1, name.as_bytes(), name.len());
            records.extend([name[0], name[1], *rows, columns[0], columns[1]]);
        }
        let at = word(self.words(&records));
        let count = word(tables.len());
        self.words(&[0, at, count, 0, 0, 0, 0])
    }

    /// Writes a failure; returns its address.
    pub fn failure(&mut self, code: &str, vi: &str, en: &str) -> usize {
        let mut text = |text: &str| self.list(1, text.as_bytes(), text.len());
        let [code, vi, en] = [text(code), text(vi), text(en)];
        let place = vec![0; 8];
        self.words(&[vec![1], code.to_vec(), vi.to_vec(), en.to_vec(), place].concat())
    }

    /// Writes the image as a data segment of a module.
    pub fn data(&self) -> String {
        let hex: String = self.bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (i32.const {BASE}) \"{hex}\")")
    }
}

fn word(number: usize) -> u32 {
    u32::try_from(number).expect("a small image")
}
