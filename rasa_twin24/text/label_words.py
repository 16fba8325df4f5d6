"""Words that stand beside phone numbers and are no names. "ё" is written "е"."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# They introduce any number. Behind a name they are cut off («Иван тел.»), before one they need a mark («тел.: Иван»).
INTRODUCING = _words(
    """
    тел телефон телефоны телефона тлф т моб мобильный мобила сот сотовый раб номер номера ном контакт контакты
    контактный ватсап вотсап вацап вайбер телеграм телеграмм тг факс
    tel telephone phone phones mob mobile cell number numbers num no contact contacts whatsapp wa viber telegram tg
    call fax
    """
)

# About the talk, the list, the time or the money. Other words of a sentence are told by their part of speech.
NO_NAMES = _words(
    """
    список списки база клиент клиенты абонент абоненты люди человек чел номерок номерочек номерки цифры строка столбец
    обзвон задание задача кампания рассылка звонок звонки прозвон заказ заявка договор счет чек карта паспорт серия
    инн снилс кпп огрн бик итого сумма цена стоимость долг дата время год день утро вечер ночь полдень час минута
    руб рубль рублей тыс тысяча процент понедельник вторник среда четверг пятница суббота воскресенье
    январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
    привет здравствуйте приветствую спасибо пожалуйста благодарю ок окей ага угу давай плиз
    первый второй третий четвертый пятый последний следующий новый другой старый правильный верный нужный такой
    весь все один добавочный доб вн внутренний имя фио фамилия отчество адрес комментарий название id email
    почта ссылка сайт пример вопрос ответ сообщение просьба ошибка часть половина пара штука шт вариант
    внимание тест проверка запись
    please add dial and or the a an to my his her our your their is are this that these those it here with for
    from of on in at by not yes ok okay hi hello hey thanks thank also new next last first second one two list
    customer customers client clients people person name order ticket invoice account card passport code price total
    sum date time today tomorrow now then but if me him them us i you he she we they ext extension x urgent asap
    """
)
