"""An answer put into a file: Word, PDF or Markdown.

reportlab, on being imported, runs a file of the reader's home folder, and any module of this name that it finds: here it finds an empty one.
"""

import sys
from types import ModuleType

sys.modules.setdefault("reportlab_settings", ModuleType("reportlab_settings"))
