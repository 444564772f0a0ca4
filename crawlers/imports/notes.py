"""What a person should look at in rows that were taken, said in Chinese."""

from dataclasses import dataclass

__all__ = ["NUMBERS_AS_TEXT", "ImportNotes"]

NUMBERS_AS_TEXT = "请从原系统把这一列按文本重新导出"
"""What to do about numbers of records that a spreadsheet has shortened."""

_MOST_NAMED = 5


@dataclass(slots=True)
class ImportNotes:
    """What a person should look at in rows that were taken, complete once the rows are read.

    `unused` are the headings of which nothing is taken, in their order; `sheets` those of a workbook that were not read.
    """

    serial_dates: int = 0
    first_serial: int = 0
    unused: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    rounded: int = 0
    first_rounded: int = 0
    beyond: int = 0
    first_beyond: int = 0
    lost: int = 0
    first_lost: int = 0

    def see_lost(self, row: int) -> None:
        """Note that words of a row hold �, which stands for a sign that nobody can tell any more."""
        self.lost += 1
        self.first_lost = self.first_lost or row

    def see_rounded(self, row: int) -> None:
        """Note that the record's number of a row is a number of more digits than a spreadsheet keeps."""
        self.rounded += 1
        self.first_rounded = self.first_rounded or row

    def see_beyond(self, row: int) -> None:
        """Note that a row of a workbook goes on beyond the last heading."""
        self.beyond += 1
        self.first_beyond = self.first_beyond or row

    def see_serial(self, row: int) -> None:
        """Note that the date of a row is a serial number."""
        self.serial_dates += 1
        self.first_serial = self.first_serial or row

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return one Chinese sentence for each kind of thing."""
        return tuple(filter(None, (self._unread(), self._serials(), self._rounded(), self._beyond(), self._lost())))

    def _unread(self) -> str:
        if not self.sheets:
            return ""
        named = "、".join(f"“{name}”" for name in self.sheets[:_MOST_NAMED])
        more = f"等 {len(self.sheets)} 张" if len(self.sheets) > _MOST_NAMED else ""
        return f"一次只读一张工作表，{named}{more}里还有内容，没有读：请把它移到最前面或另存为单独的文件，再导入一次。"

    def _serials(self) -> str:
        if not self.serial_dates:
            return ""
        first = _rows(self.first_serial, self.serial_dates)
        return f"{first}的日期是 Excel 的日期序列号，已按 1900 日期系统换算，请抽查是否与原表一致。"

    def _rounded(self) -> str:
        if not self.rounded:
            return ""
        first = _rows(self.first_rounded, self.rounded)
        return f"{first}的编号是超过15位的数，Excel 只保留15位，末几位可能不对，编号不同的也可能变得相同；{NUMBERS_AS_TEXT}。"

    def _beyond(self) -> str:
        if not self.beyond:
            return ""
        first = _rows(self.first_beyond, self.beyond)
        return f"{first}在最后一个列名的右边还有内容，没有读；如有需要，请给该列写上列名再导入整个文件。"

    def _lost(self) -> str:
        if not self.lost:
            return ""
        first = _rows(self.first_lost, self.lost)
        return f"{first}里有“\ufffd”，那里的字（多为表情符号）已经丢失，其余照收；要紧的请对照原系统。"


def _rows(first: int, count: int) -> str:
    return f"第 {first} 行起，共 {count} 行" if count > 1 else f"第 {first} 行"
